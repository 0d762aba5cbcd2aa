import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type SpecParameter = { type: string; enum?: string[] }
export type SpecCall = {
  method: string
  edge: string
  params: Record<string, SpecParameter>
  returns: string | null
}
type SpecObject = { fields: string[]; calls: SpecCall[] }

/** What Meta published, written by `npm run specs:renew`. */
export const metaSpec = JSON.parse(
  readFileSync(join(import.meta.dirname, 'meta-v26.json'), 'utf8'),
) as {
  apiVersion: string
  objects: Record<string, SpecObject>
}

/** The sandbox's name for a type of object, and Meta's names for it. */
export const objectsOf: Record<string, string[]> = {
  page: ['Page'],
  post: ['PagePost', 'Post'],
  photo: ['Photo'],
  video: ['AdVideo'],
  instagram: ['IGUser'],
  media: ['IGMedia'],
  comment: ['Comment', 'IGComment'],
  person: ['User'],
  business: ['Business'],
}

/** Fields that contain another object, which the spec does not say (fact sheet 1.4). */
const objectsInFields: Record<string, string> = {
  instagram_business_account: 'IGUser',
  from: 'User',
  owner: 'IGUser',
}

export const callsOf = (objects: string[], method: string, edge: string): SpecCall[] =>
  objects.flatMap((name) =>
    (metaSpec.objects[name]?.calls ?? []).filter(
      (call) => call.method === method && call.edge === edge,
    ),
  )

const isObject = (name: string): boolean => name in metaSpec.objects

/** Whether the objects have this field, or an edge that can be read as a field. */
export const hasField = (objects: string[], field: string): boolean =>
  objects.some((name) => metaSpec.objects[name]?.fields.includes(field)) ||
  callsOf(objects, 'GET', `/${field}`).length > 0

/** The objects in that field. Empty if the spec does not describe its content. */
export const objectsIn = (objects: string[], field: string): string[] => {
  const ofEdge = callsOf(objects, 'GET', `/${field}`).flatMap(({ returns }) => returns ?? [])
  return [...new Set([...ofEdge, objectsInFields[field] ?? ''])].filter(isObject)
}
