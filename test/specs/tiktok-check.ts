import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Checked } from './meta-check.ts'
import type { Recorded } from './recorder.ts'

type Schema = Record<string, unknown>
export type TikTokCall = {
  name: string
  document: string
  method: string
  host: string
  path: string
  query?: Schema
  form?: Schema
  body?: Schema
  headers?: Schema
  /** What `fields` can contain. For `videos`, see videoFields. */
  fields?: string[] | 'videos'
  /** The whole response, for OAuth. */
  answer?: Schema
  /** The content of `data` when `error.code` is `ok`. */
  data?: Schema
  /** The part of `data` whose keys are the requested fields. */
  shows?: string
}

/** What TikTok's documents say about each call. TikTok publishes no machine-readable spec. */
export const tiktokSpec = JSON.parse(
  readFileSync(join(import.meta.dirname, 'tiktok.json'), 'utf8'),
) as {
  calls: TikTokCall[]
  videoFields: string[]
  definitions: Schema
}

const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addKeyword({
  keyword: 'maxUnits', // TikTok counts UTF-16 units, as JavaScript does
  type: 'string',
  validate: (most: number, text: string) => text.length <= most,
})
const compiled = new Map<Schema, ValidateFunction>()

function problems(schema: Schema, value: unknown): string {
  const validate =
    compiled.get(schema) ?? ajv.compile({ ...schema, definitions: tiktokSpec.definitions })
  compiled.set(schema, validate)
  return validate(value) ? '' : ajv.errorsText(validate.errors)
}

/** Checks the client's requests and the sandbox's responses against TikTok's documents. */
export function checkTiktok(recorded: Recorded[]): Checked {
  const checked: Checked = {
    requests: 0,
    shapes: new Set(),
    exceptions: new Set(),
    violations: new Set(),
  }
  for (const one of recorded.filter(isOfClient)) {
    checked.requests += 1
    const call = tiktokSpec.calls.find((known) => isCall(known, one))
    if (!call)
      checked.violations.add(`${one.method} /${one.host}${one.path} is in no document of TikTok`)
    else checkCall(call, one, checked)
  }
  return checked
}

/** Excludes what a person does on the consent pages. */
const isOfClient = ({ host, method, query }: Recorded): boolean =>
  /^tiktok-(api|upload)$/.test(host) ||
  (host === 'tiktok' && method === 'GET' && !('account' in query))

const isCall = (call: TikTokCall, one: Recorded): boolean =>
  call.method === one.method &&
  call.host === one.host &&
  (call.path === one.path || (call.path === '/image/' && one.path.startsWith(call.path)))

function checkCall(call: TikTokCall, one: Recorded, checked: Checked): void {
  const shape = `${call.method} /${call.host}${call.path}`
  checked.shapes.add(shape)
  const { fields: asked, ...query } = one.query
  const parts: [string, Schema | undefined, unknown][] = [
    ['query', call.query, query],
    ['form', call.form, one.form],
    ['body', call.body, one.json ?? {}],
    ['headers', call.headers, one.headers],
  ]
  for (const [part, schema, value] of parts) {
    const wrong = schema ? problems(schema, value) : ''
    if (wrong) checked.violations.add(`${shape}: the ${part}: ${wrong}`)
  }
  checkContentType(call, one, shape, checked)
  const fields = call.fields === 'videos' ? tiktokSpec.videoFields : (call.fields ?? [])
  for (const field of asked?.split(',') ?? [])
    if (!fields.includes(field)) checked.violations.add(`${shape} has no field ${field}`)
  if (call.fields && !asked) checked.violations.add(`${shape} needs fields`)
  checkAnswer(call, one, fields, { shape, checked })
}

function checkContentType(
  call: TikTokCall,
  { headers }: Recorded,
  shape: string,
  checked: Checked,
): void {
  const type = headers['content-type'] ?? ''
  if (call.form && !type.startsWith('application/x-www-form-urlencoded'))
    checked.violations.add(`${shape}: ${type}`)
  if (call.body && type !== 'application/json; charset=UTF-8')
    checked.violations.add(`${shape}: ${type}`)
}

type Place = { shape: string; checked: Checked }

function checkAnswer(
  call: TikTokCall,
  { answer }: Recorded,
  fields: string[],
  { shape, checked }: Place,
): void {
  const json = answer.json as
    | { data?: Record<string, unknown>; error?: { code?: string } }
    | undefined
  const wrong = call.answer ? problems(call.answer, json) : ''
  if (wrong) checked.violations.add(`the answer of ${shape}: ${wrong}`)
  if (!call.data || json?.error?.code !== 'ok') return
  const wrongData = problems(call.data, json.data)
  if (wrongData) checked.violations.add(`the data of ${shape}: ${wrongData}`)
  const shown = call.shows ? [json.data?.[call.shows] ?? []].flat() : []
  for (const name of shown.flatMap((entry) => Object.keys(entry as object)))
    if (!fields.includes(name)) checked.violations.add(`the data of ${shape} has no field ${name}`)
}
