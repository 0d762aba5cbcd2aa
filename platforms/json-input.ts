import { cleanText } from '../text/clean-text.ts'

/**
 * Parses a platform's JSON and cleans its texts, because strangers typed the names and captions in
 * it. Throws SyntaxError.
 */
export const readJson = (text: string): unknown => cleanJson(JSON.parse(text))

/** Cleans all texts in a value, including property names. */
export const cleanJson = (value: unknown): unknown => {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [cleanText(name), cleanJson(inner)]),
  )
}
