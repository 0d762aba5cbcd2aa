import type { JsonRecord } from '../platforms/platform.ts'

/** A JSON list, in parts. */
export const jsonParts = async function* (batches: AsyncIterable<JsonRecord[]>) {
  let before = '[\n'
  for await (const rows of batches)
    for (const row of rows) {
      yield `${before}${JSON.stringify(row)}`
      before = ',\n'
    }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}

/** One line of RFC 4180; a value that a spreadsheet would run is quoted as text. */
export const csvLine = (values: unknown[]): string => `${values.map(cell).join(',')}\r\n`

const cell = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
