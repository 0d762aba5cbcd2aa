/** The rows of a CSV file without quotes, by the names in its first one. */
export const csvRowsOf = (text: string): Record<string, string>[] => {
  const [names = '', ...rows] = text
    .replace(/^\ufeff/, '')
    .trim()
    .split('\r\n')
  return rows.map((row) =>
    Object.fromEntries(row.split(',').map((cell, index) => [names.split(',')[index] ?? '', cell])),
  )
}
