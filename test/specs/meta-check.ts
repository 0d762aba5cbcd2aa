import { type Field, parseFields } from '../../local/sandbox/graph/calls/fields.ts'
import {
  everywhere,
  fieldExceptions,
  outsideCalls,
  parameterExceptions,
  selfException,
} from './meta-exceptions.ts'
import {
  callsOf,
  hasField,
  metaSpec,
  objectsIn,
  objectsOf,
  type SpecParameter,
} from './meta-spec.ts'
import { idIn, type Recorded } from './recorder.ts'

export type Checked = {
  /** How many calls were checked. Each operation of a batch counts as one. */
  requests: number
  /** Each kind of call once, such as `POST /feed of Page`. */
  shapes: Set<string>
  /** Names of the exceptions that were needed. */
  exceptions: Set<string>
  violations: Set<string>
}

/** One Graph API call, made separately or in a batch. */
type Asked = {
  method: string
  path: string
  kind: string | null
  parameters: Record<string, string>
  files: string[]
  answer: { status: number; json: unknown }
}

/** Checks the client's requests and the sandbox's responses against the published spec. */
export function checkMeta(recorded: Recorded[]): Checked {
  const checked: Checked = {
    requests: 0,
    shapes: new Set(),
    exceptions: new Set(),
    violations: new Set(),
  }
  for (const one of recorded.filter(isOfClient)) {
    const asked = readAsked(one)
    if (isOutside(one, asked, checked))
      for (const part of operationsOf(asked, one.kinds)) checkCall(part, checked)
    else checkCall(asked, checked)
  }
  return checked
}

/** Excludes what a person does on Meta's pages, such as choosing who they are. */
const isOfClient = ({ host, method, path, query }: Recorded): boolean =>
  /^(graph|graph-video|rupload)$/.test(host) ||
  (host === 'facebook' &&
    method === 'GET' &&
    !('person' in query) &&
    outsideCalls.some((one) => one.host.test(host) && one.path.test(path)))

/** A call that is not in the spec. It is checked against its own document. */
function isOutside(
  { host, method, path, headers }: Recorded,
  { parameters }: Asked,
  checked: Checked,
): boolean {
  const outside = outsideCalls.find(
    (one) => one.host.test(host) && one.method.test(method) && one.path.test(path),
  )
  if (!outside) return false
  checked.requests += 1
  checked.exceptions.add(outside.name)
  const shape = `${method} /${host}${path.replace(/\d{5,}/g, '{id}')}`
  checked.shapes.add(shape)
  for (const name of Object.keys(parameters))
    if (!outside.takes.includes(name) && !(name in everywhere))
      checked.violations.add(`${shape} has no parameter ${name}`)
  const written = Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n')
  for (const header of outside.headers ?? [])
    if (!header.test(written)) checked.violations.add(`${shape} needs a header ${header.source}`)
  return true
}

function readAsked({ method, path, kinds, query, form, files, json, answer }: Recorded): Asked {
  const isRecord = typeof json === 'object' && json !== null
  const ofJson = isRecord ? Object.entries(json).map(([name, value]) => [name, textOf(value)]) : []
  const parameters = { ...query, ...form, ...Object.fromEntries(ofJson) }
  const kind = kinds[idIn(path) ?? ''] ?? null
  return { method, path: path.replace(/^\/v[0-9.]+/, ''), kind, parameters, files, answer }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

function operationsOf(
  { method, path, parameters, answer }: Asked,
  kinds: Record<string, string>,
): Asked[] {
  if (method !== 'POST' || !/^\/?$/.test(path) || !parameters.batch) return []
  const operations = JSON.parse(parameters.batch) as { method: string; relative_url: string }[]
  const answers = Array.isArray(answer.json)
    ? (answer.json as ({ code: number; body: string } | null)[])
    : []
  return operations.map(({ method, relative_url: relative }, index) => {
    const url = new URL(relative, 'http://graph/')
    const { code = 0, body = 'null' } = answers[index] ?? {}
    return {
      method,
      path: url.pathname,
      kind: kinds[idIn(url.pathname) ?? ''] ?? null,
      parameters: Object.fromEntries(url.searchParams),
      files: [],
      answer: { status: code, json: JSON.parse(body) as unknown },
    }
  })
}

function checkCall(asked: Asked, checked: Checked): void {
  checked.requests += 1
  const { method, path, answer } = asked
  const [, node = '', edge = ''] = path.match(/^\/([^/]+)(\/.*)?$/) ?? []
  const objects =
    node === 'me'
      ? ['User']
      : (objectsOf[asked.kind ?? ''] ?? [unknownNodes[asked.kind ?? ''] ?? ''])
  if (node === 'me') checked.exceptions.add(selfException.name)
  // A missing object can be requested too, but its kind is unknown.
  if (objects[0] === '' && answer.status >= 400) return
  const shape = `${method} ${edge || '/'} of ${objects[0]}`
  checked.shapes.add(shape)
  const calls = callsOf(objects, method, edge || '/')
  if (calls.length === 0 && isKnown(objects)) {
    checked.violations.add(`${shape} is not in the spec`)
    return
  }
  checkParameters(asked, shape, Object.assign({}, ...calls.map(({ params }) => params)), checked)
  const shown = edge ? [...new Set(calls.flatMap(({ returns }) => returns ?? []))] : objects
  const fields = asked.parameters.fields
  if (fields) for (const field of parseFields(fields)) checkField(field, shown, shape, checked)
  if (method === 'GET' && answer.status === 200) checkAnswer(answer.json, shown, shape, checked)
}

/** Nodes for which the spec has no object. */
const unknownNodes: Record<string, string> = { container: 'Container' }

const isKnown = (objects: string[]): boolean => objects.some((name) => name in metaSpec.objects)

function checkParameters(
  asked: Asked,
  shape: string,
  params: Record<string, SpecParameter>,
  checked: Checked,
): void {
  const given = {
    ...asked.parameters,
    ...Object.fromEntries(asked.files.map((name) => [name, null])),
  }
  for (const [written, value] of Object.entries(given)) {
    const name = written.replace(/\[\d+\]$/, '')
    const parameter = params[name]
    const excepted = parameterExceptions.find((one) => one.call === shape && one.parameter === name)
    if (parameter) {
      const wrong =
        value === null
          ? null
          : whatIsWrong(written === name ? value : `[${JSON.stringify(value)}]`, parameter)
      const ofEnum = parameterExceptions.find(
        (one) => one.call === shape && one.parameter === `${name}=${wrong}`,
      )
      if (ofEnum) checked.exceptions.add(ofEnum.name)
      else if (wrong !== null)
        checked.violations.add(`${shape}: ${name}=${wrong} is no ${parameter.type}`)
    } else if (excepted) checked.exceptions.add(excepted.name)
    else if (!(name in everywhere)) checked.violations.add(`${shape} has no parameter ${name}`)
  }
}

/** The part of a value that does not match its type, or null if all of it does. */
function whatIsWrong(value: string, { type, enum: values = [] }: SpecParameter): string | null {
  const list = type.match(/^list<(.+)>$/)?.[1]
  if (list) {
    const entries = listOf(value)
    if (!entries) return value
    return (
      entries
        .map((entry) => whatIsWrong(entry, { type: list, enum: values }))
        .find((wrong) => wrong !== null) ?? null
    )
  }
  if (values.length > 0)
    return values.some((one) => one.toLowerCase() === value.toLowerCase()) ? null : value
  return typeTests[type]?.(value) === false ? value : null
}

const typeTests: Record<string, (value: string) => boolean> = {
  bool: (value) => /^(true|false)$/.test(value),
  int: (value) => /^-?\d+$/.test(value),
  'unsigned int': (value) => /^\d+$/.test(value),
  float: (value) => value !== '' && Number.isFinite(Number(value)),
  datetime: (value) => /^\d{9,10}$/.test(value) || !Number.isNaN(Date.parse(value)),
  map: (value) => /^\{.*\}$/.test(value) && isJson(value),
  file: () => false,
}

/** The entries of a JSON array or a comma-separated list, or null for invalid JSON. */
function listOf(value: string): string[] | null {
  if (!value.startsWith('[')) return value.split(',')
  return isJson(value) ? (JSON.parse(value) as unknown[]).map(textOf) : null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function checkField(
  { name, sub }: Field,
  objects: string[],
  shape: string,
  checked: Checked,
): void {
  if (!isAllowed(name, objects, checked))
    checked.violations.add(`${shape}: ${objects.join(' or ')} has no field ${name}`)
  const inside = objectsIn(objects, name)
  for (const field of sub ?? [])
    checkField(field, inside.length > 0 ? inside : [`${objects[0]}.${name}`], shape, checked)
}

function isAllowed(name: string, objects: string[], checked: Checked): boolean {
  if (name === 'id' || hasField(objects, name)) return true
  const excepted = fieldExceptions.find(
    (one) => objects.includes(one.object) && one.fields.includes(name),
  )
  if (excepted) checked.exceptions.add(excepted.name)
  return excepted !== undefined
}

/** Everything that the sandbox returns for an object must be one of its fields. */
function checkAnswer(json: unknown, objects: string[], shape: string, checked: Checked): void {
  if (Array.isArray(json)) {
    for (const one of json) checkAnswer(one, objects, shape, checked)
    return
  }
  if (typeof json !== 'object' || json === null) return
  if ('data' in json) {
    checkAnswer(json.data, objects, shape, checked)
    return
  }
  for (const [name, value] of Object.entries(json)) {
    if (!isAllowed(name, objects, checked))
      checked.violations.add(`the answer of ${shape}: ${objects.join(' or ')} has no field ${name}`)
    const inside = objectsIn(objects, name)
    if (inside.length > 0) checkAnswer(value, inside, shape, checked)
  }
}
