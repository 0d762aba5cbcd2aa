import type { Json, JsonRecord } from '../platform.ts'

/** What lies at a path of somebody else's JSON; undefined as soon as a step is missing. */
export const at = (value: Json | undefined, ...path: (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => {
    if (Array.isArray(inner)) return typeof key === 'number' ? inner[key] : undefined
    return isRecord(inner) ? inner[String(key)] : undefined
  }, value)

/** A text; numbers count as texts, since Meta gives some ids as either. Null when there is none or it is empty. */
export const textAt = (value: Json | undefined, ...path: (string | number)[]): string | null => {
  const found = at(value, ...path)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' && found !== '' ? found : null
}

/** A finite number, also when written as a text. */
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

/** Meta's documents show the text "true" beside the real thing. */
export const succeeded = (body: JsonRecord): boolean => body.success === true || body.success === 'true'

export const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
