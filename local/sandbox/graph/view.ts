import type { Field } from './fields.ts'
import { refuse } from './refusal.ts'

/** An object as the Graph shows it: what each field gives, and what is shown unasked. `id` is always there. */
export type NodeView = {
  type: string
  id: string
  defaults: string[]
  /** undefined = the field exists and has nothing to show: it is left out. */
  fields: Record<string, (field: Field) => unknown>
}

const viewMark = Symbol('view')

export type MarkedView = NodeView & { [viewMark]: true }

export const view = (node: NodeView): MarkedView => ({ ...node, [viewMark]: true })

/** @throws GraphRefusal 100 `Tried accessing nonexisting field`. */
export function show(node: NodeView, fields: Field[] | null): Record<string, unknown> {
  const asked = fields ?? node.defaults.map((name) => ({ name, modifiers: {}, sub: null }))
  const shown: Record<string, unknown> = {}
  for (const field of asked) {
    if (field.name === 'id') continue
    const read = node.fields[field.name]
    if (!read) throw refuse.parameter(`Tried accessing nonexisting field (${field.name}) on node type (${node.type})`)
    const value = expand(read(field), field.sub)
    if (value !== undefined) shown[field.name] = value
  }
  return { ...shown, id: node.id }
}

function expand(value: unknown, sub: Field[] | null): unknown {
  if (Array.isArray(value)) return value.map((item) => expand(item, sub))
  if (isView(value)) return show(value, sub)
  if (!isRecord(value)) return value
  if ('data' in value) return { ...value, data: expand(value.data, sub) }
  return sub ? pick(value, sub) : value
}

/** Plain records know their own names. */
function pick(record: Record<string, unknown>, sub: Field[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const field of sub) if (field.name in record) picked[field.name] = expand(record[field.name], field.sub)
  return picked
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isView = (value: unknown): value is MarkedView => isRecord(value) && viewMark in value
