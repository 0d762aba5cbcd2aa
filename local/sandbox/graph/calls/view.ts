import type { Field } from './fields.ts'
import { isKnownField } from './known-fields.ts'
import { NotSimulated, refuse } from './refusal.ts'

/**
 * An object in the Graph: the value of each field, and the fields returned by default. `id` is
 * always included.
 */
export type NodeView = {
  type: string
  id: string
  defaults: string[]
  /** Returns undefined if the field exists but has no value. It is then omitted. */
  fields: Record<string, (field: Field) => unknown>
}

const viewMark = Symbol('view')

export type MarkedView = NodeView & { [viewMark]: true }

export const view = (node: NodeView): MarkedView => ({ ...node, [viewMark]: true })

/**
 * @throws NotSimulated for fields that Meta has and the sandbox doesn't, and GraphRefusal 100
 * `Tried accessing nonexisting field` for all others
 */
export function show(node: NodeView, fields: Field[] | null): Record<string, unknown> {
  const asked = fields ?? node.defaults.map((name) => ({ name, modifiers: {}, sub: null }))
  const shown: Record<string, unknown> = {}
  for (const field of asked) {
    if (field.name === 'id') continue
    const read = node.fields[field.name]
    if (!read && isKnownField(node.type, field.name))
      throw new NotSimulated(`the field ${field.name} of ${node.type}`)
    if (!read)
      throw refuse.parameter(
        `Tried accessing nonexisting field (${field.name}) on node type (${node.type})`,
      )
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

/** In plain records, unknown fields are ignored. */
function pick(record: Record<string, unknown>, sub: Field[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const field of sub)
    if (field.name in record) picked[field.name] = expand(record[field.name], field.sub)
  return picked
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
const isView = (value: unknown): value is MarkedView => isRecord(value) && viewMark in value
