import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'
import type { Context } from 'hono'
import { newUploadPath, type RequestBody } from '../../request-body.ts'
import type { SandboxEnv } from '../../world.ts'
import { refuse } from './refusal.ts'

/** A call's parameters from its query and its form, multipart or JSON body. */
export type Parameters = {
  /** The names of all parameters, including files. `name[0]` is returned as it is. */
  names(): string[]
  raw(name: string): unknown
  /** Undefined if empty or absent. */
  text(name: string): string | undefined
  number(name: string): number | undefined
  flag(name: string): boolean | undefined
  /**
   * From `name[0]=..`, a JSON array or a comma-separated list. Entries that are JSON objects are
   * parsed.
   */
  list(name: string): unknown[]
  /** Path of a file from a multipart body. */
  file(name: string): string | undefined
  /** Deletes files that weren't used. */
  discard(): Promise<void>
}

type Read = { values: Map<string, unknown>; files: Map<string, string> }

/** @throws GraphRefusal 100 if the body doesn't match its content type */
export async function readParameters(
  c: Context<SandboxEnv>,
  dir: string,
  { rawBody }: { rawBody: boolean },
): Promise<Parameters> {
  const read: Read = { values: new Map(Object.entries(c.req.query())), files: new Map() }
  const body = c.get('body')
  const type = c.req.header('content-type') ?? ''
  if (body.sizeBytes > 0 && !rawBody) {
    if (type.startsWith('multipart/form-data')) await readMultipart(body, type, dir, read)
    else if (type.startsWith('application/json')) readJson(await body.text(), read)
    else if (type.startsWith('application/x-www-form-urlencoded')) {
      for (const [name, value] of new URLSearchParams(await body.text()))
        read.values.set(name, value)
    }
  }
  return parametersOf(read)
}

function readJson(text: string, { values }: Read) {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw refuse.parameter('The body is not valid JSON.')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw refuse.parameter('The JSON body is not an object.')
  for (const [name, value] of Object.entries(parsed)) values.set(name, value)
}

async function readMultipart(
  body: RequestBody,
  type: string,
  dir: string,
  { values, files }: Read,
): Promise<void> {
  const parser = new Busboy({ headers: { 'content-type': type }, limits: { fieldSize: 2_000_000 } })
  const saved: Promise<void>[] = []
  parser.on('field', (name: string, value: string) => values.set(name, value))
  parser.on('file', (name: string, part: NodeJS.ReadableStream) => {
    saved.push(
      newUploadPath(dir).then(async (path) => {
        await pipeline(part, createWriteStream(path))
        files.set(name, path)
      }),
    )
  })
  await pipeline(body.stream(), parser)
  await Promise.all(saved)
}

function parametersOf({ values, files }: Read): Parameters {
  const text = (name: string) => {
    const value = values.get(name)
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  return {
    names: () => [...values.keys(), ...files.keys()],
    raw: (name) => values.get(name),
    text,
    number(name) {
      const value = text(name)
      if (value === undefined) return undefined
      if (!/^-?\d+(\.\d+)?$/.test(value)) throw refuse.parameter(`Param ${name} must be a number`)
      return Number(value)
    },
    flag(name) {
      const value = text(name)?.toLowerCase()
      return value === undefined ? undefined : value === 'true' || value === '1'
    },
    list: (name) => listOf(values, name).map(parseEntry),
    file: (name) => files.get(name),
    async discard() {
      for (const path of files.values()) await rm(path, { force: true })
    },
  }
}

function listOf(values: Map<string, unknown>, name: string): unknown[] {
  const indexed = [...values]
    .map(([key, value]) => ({
      index: key.startsWith(`${name}[`) ? Number(key.slice(name.length + 1, -1)) : Number.NaN,
      value,
    }))
    .filter(({ index }) => Number.isInteger(index))
    .sort((a, b) => a.index - b.index)
  if (indexed.length > 0) return indexed.map(({ value }) => value)
  const whole = values.get(name)
  if (whole === undefined || whole === null || whole === '') return []
  if (Array.isArray(whole)) return whole
  const parsed = parseEntry(whole)
  return Array.isArray(parsed) ? parsed : String(whole).split(',')
}

function parseEntry(entry: unknown): unknown {
  if (typeof entry !== 'string' || !/^\s*[[{]/.test(entry)) return entry
  try {
    return JSON.parse(entry)
  } catch {
    throw refuse.parameter('A list entry looks like JSON and is not.')
  }
}
