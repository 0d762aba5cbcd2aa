import { stringify } from 'csv-stringify/sync'

export type CsvCell = string | number | boolean | Date | object | null | undefined

/**
 * A table as CSV with a byte order mark, so that Excel reads it as UTF-8. The first row contains
 * the column names.
 */
export const csvTable = (rows: CsvCell[][]): string => `\ufeff${csvRows(rows)}`

/**
 * Rows as CSV (RFC 4180). All CSV is written here. A text that a spreadsheet would run as a formula
 * gets a leading apostrophe, which marks it as text (OWASP: CSV injection).
 */
export const csvRows = (rows: CsvCell[][]): string =>
  stringify(
    rows.map((cells) => cells.map(asText)),
    { record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  )

const asText = (value: CsvCell): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString()
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return isFormula(text) ? `'${text}` : text
}

/**
 * Spreadsheets ignore leading spaces and line breaks, and treat full-width signs like normal ones.
 * A plain number isn't a formula.
 */
const isFormula = (text: string): boolean => {
  const isPlainNumber = /^[+-]?\d{1,30}(?:\.\d{1,30})?$/.test(text)
  return (
    !isPlainNumber &&
    (/^[\t\r\n]/.test(text) || /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(text.trimStart()))
  )
}
