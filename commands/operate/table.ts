import { cleanLine } from '../../text/clean-text.ts'

/**
 * The result of a command: rows of plain values, and a sentence. `lines` are printed instead of a
 * table of the rows. `failed`: the command ran, but its result is bad.
 */
export type Answer = { rows?: Row[]; lines?: string[]; words?: string; failed?: boolean }
export type Row = Record<string, string | number | boolean | Date | null>

/** A text table. Columns are as wide as their widest value, and dates are in UTC to the second. */
export const asTable = (rows: Row[]): string => {
  const [first] = rows
  if (!first) return 'None.'
  const names = Object.keys(first)
  const cells = rows.map((row) => names.map((name) => asText(row[name] ?? null)))
  const widths = names.map((name, index) =>
    Math.max(name.length, ...cells.map((line) => line[index]?.length ?? 0)),
  )
  const asLine = (line: string[]) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  return [names, ...cells].map(asLine).join('\n')
}

const asText = (value: Row[string]): string => {
  if (value === null) return '-'
  if (value instanceof Date) return value.toISOString().replace('T', ' ').slice(0, 19)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return cleanLine(String(value))
}
