/** What a command has to say: rows of plain values, and a sentence. */
export type Answer = { rows?: Row[]; words?: string }
export type Row = Record<string, string | number | boolean | Date | null>

/** Columns as wide as their widest value, dates to the second in UTC, nothing but text. */
export const asTable = (rows: Row[]): string => {
  const [first] = rows
  if (!first) return 'None.'
  const names = Object.keys(first)
  const cells = rows.map((row) => names.map((name) => asText(row[name] ?? null)))
  const widths = names.map((name, index) => Math.max(name.length, ...cells.map((line) => line[index]?.length ?? 0)))
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
  return String(value).replace(/[\r\n\t]+/g, ' ')
}
