import type { ApiDocument } from './app.ts'

/** A field or parameter, in words. */
type FieldView = { name: string; type: string; required: boolean; words: string }
type OperationView = {
  id: string
  method: string
  path: string
  summary: string
  words: string
  parameters: FieldView[]
  body: { type: string; parts: FieldView[] } | null
  answers: { status: string; words: string }[]
  answer: { name: string; parts: FieldView[] } | null
}
type ReferenceSection = { name: string; words: string; operations: OperationView[] }

/** What the document says about a type. Only what a page shows of it. */
type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  allOf?: Schema[]
  required?: string[]
  description?: string
  example?: unknown
}
type Content = Record<string, { schema?: Schema }>
type Described = {
  operationId?: string
  tags?: string[]
  summary?: string
  description?: string
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content?: Content }>
}
type Read = { schemas: Record<string, Schema> }

/** The reference page's data, from the document itself, so that both always agree. */
export const sectionsOf = (document: ApiDocument): ReferenceSection[] => {
  const read: Read = { schemas: (document.components?.schemas ?? {}) as Record<string, Schema> }
  const all = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as unknown as Record<string, Described>).map(([method, described]) => ({
      tag: described.tags?.[0] ?? '',
      operation: operationOf(read, method, path, described),
    })),
  )
  return (document.tags ?? []).map(({ name, description = '' }) => ({
    name,
    words: description,
    operations: all.filter((one) => one.tag === name).map((one) => one.operation),
  }))
}

/** A first request, to copy. */
export const exampleOf = (publicUrl: string): string =>
  [
    '# Draft a post. Safe to repeat.',
    `curl ${publicUrl}/api/v1/posts \\`,
    '  -H "Authorization: Bearer $CS_KEY" \\',
    '  -H "Idempotency-Key: crate-0412" \\',
    `  --json '{"text": "New in the crates"}'`,
  ].join('\n')

/** The objects that operations name, with their fields. */
export const objectsOf = (document: ApiDocument): { name: string; parts: FieldView[] }[] => {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>
  return Object.entries(schemas).map(([name, schema]) => ({
    name,
    parts: partsOf({ schemas }, schema),
  }))
}

const operationOf = (read: Read, method: string, path: string, about: Described): OperationView => {
  const good = Object.entries(about.responses).find(([status]) => status.startsWith('2'))?.[1]
  return {
    id: about.operationId ?? `${method}${path}`,
    method,
    path,
    summary: about.summary ?? '',
    words: about.description ?? '',
    parameters: (about.parameters ?? []).map((one) => ({
      name: one.name,
      type: `${typeOf(read, one.schema ?? {})}, ${one.in}`,
      required: one.required ?? false,
      words: wordsOf(one.schema ?? {}),
    })),
    body: bodyOf(read, about.requestBody?.content),
    answers: Object.entries(about.responses).map(([status, { description }]) => ({
      status,
      words: description,
    })),
    answer: answerOf(read, good?.content?.['application/json']?.schema),
  }
}

const bodyOf = (read: Read, content: Content | undefined): OperationView['body'] => {
  const [type, one] = Object.entries(content ?? {})[0] ?? []
  return type ? { type, parts: partsOf(read, one?.schema ?? {}) } : null
}

const answerOf = (read: Read, schema: Schema | undefined): OperationView['answer'] =>
  schema ? { name: typeOf(read, schema), parts: partsOf(read, schema) } : null

/** The fields of an object, and of what its lists hold. */
const partsOf = (read: Read, schema: Schema): FieldView[] => {
  const { properties = {}, required = [] } = resolved(read, schema)
  return Object.entries(properties).map(([name, part]) => ({
    name,
    type: typeOf(read, part),
    required: required.includes(name),
    words: wordsOf(part),
  }))
}

/** One object for what the document writes as a reference or as a sum of objects. */
const resolved = (read: Read, schema: Schema): Schema => {
  if (schema.$ref) return resolved(read, read.schemas[nameOf(schema.$ref)] ?? {})
  if (!schema.allOf) return schema
  const parts = schema.allOf.map((part) => resolved(read, part))
  return {
    ...schema,
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as Record<
      string,
      Schema
    >,
    required: parts.flatMap(({ required }) => required ?? []),
  }
}

const nameOf = (ref: string): string => ref.split('/').at(-1) ?? ref

const typeOf = (read: Read, schema: Schema): string => {
  if (schema.$ref) return nameOf(schema.$ref)
  if (schema.enum) return schema.enum.map(String).join(' | ')
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(read, one)).join(' | ')
  if (schema.items) return `list of ${typeOf(read, schema.items)}`
  if (typeof schema.additionalProperties === 'object')
    return `map of ${typeOf(read, schema.additionalProperties)}`
  const type = [schema.type ?? 'object'].flat().join(' | ')
  return schema.format ? `${type} (${schema.format})` : type
}

const wordsOf = ({ description = '', example }: Schema): string => {
  const shown = example === undefined ? '' : `Example: ${JSON.stringify(example)}`
  return [description, shown].filter(Boolean).join(' ')
}
