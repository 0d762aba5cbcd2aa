import type { Json, JsonRecord } from '../json.ts'
import { readJson } from '../json-input.ts'

/** The value at a path in a platform's JSON. Undefined if any step is missing. */
export const at = (value: Json | undefined, ...path: (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => {
    if (Array.isArray(inner)) return typeof key === 'number' ? inner[key] : undefined
    return isRecord(inner) ? inner[String(key)] : undefined
  }, value)

/**
 * A string. Numbers are converted, since Meta sends some ids as either. Null if missing or empty.
 */
export const textAt = (value: Json | undefined, ...path: (string | number)[]): string | null => {
  const found = at(value, ...path)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' && found !== '' ? found : null
}

/** A finite number, or a string that contains one. Null otherwise. */
export const numberAt = (value: Json | undefined, ...path: (string | number)[]): number | null => {
  const found = at(value, ...path)
  if (typeof found !== 'number' && (typeof found !== 'string' || found === '')) return null
  return Number.isFinite(Number(found)) ? Number(found) : null
}

export const recordAt = (value: Json | undefined, ...path: (string | number)[]): JsonRecord => {
  const found = at(value, ...path)
  return isRecord(found) ? found : {}
}

export const recordsAt = (value: Json | undefined, ...path: (string | number)[]): JsonRecord[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found.filter(isRecord) : []
}

/** Meta's documentation shows the string "true" as well as the boolean. */
export const succeeded = (body: JsonRecord): boolean =>
  body.success === true || body.success === 'true'

export const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Parses an object or array from Meta. Null for HTML and truncated JSON. Old calls answer with a
 * bare `true`, which counts as success.
 */
export const parse = (text: string): JsonRecord | Json[] | null => {
  try {
    const value = readJson(text) as Json
    if (value === true) return { success: true }
    return isRecord(value) || Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
