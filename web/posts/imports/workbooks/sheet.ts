import { strFromU8, unzipSync, zipSync } from 'fflate'
import { readSheet } from 'read-excel-file/universal'
import { importColumnsMax, importLinesMax } from '../sizes.ts'

/** The cells of a sheet as text, by row. Or why there are none. */
export type Sheet = string[][] | 'unreadable' | 'too large' | 'has an error' | 'has no values'

/** What the parts of a workbook may take when they are unpacked. */
export const workbookMaxBytes = 32 * 1024 * 1024

/** The first sheet of a workbook. Formulas are read as the values that were saved with them. */
export const readSheetOf = async (bytes: Uint8Array): Promise<Sheet> => {
  const parts = unpack(bytes)
  if (parts === 'too large') return parts
  if (!parts['xl/workbook.xml']) return 'unreadable'
  const sheets = Object.entries(parts).filter(([name]) => name.startsWith('xl/worksheets/'))
  for (const [, part] of sheets) {
    const xml = strFromU8(part)
    // The parser reads these as empty cells, so a post would lose its text without a word.
    if (/<c [^<>]*\bt="e"/.test(xml)) return 'has an error'
    if (/<\/f><\/c>|<f\b[^<>]*\/><\/c>/.test(xml)) return 'has no values'
  }
  // Packed again without compression, so that the parser unpacks nothing that was not counted.
  const { buffer } = new Uint8Array(zipSync(parts, { level: 0 }))
  const rows: unknown[][] = await readSheet(buffer, { trim: false })
  const last = rows.findLastIndex((cells) => cells.some((cell) => textOf(cell) !== ''))
  if (last >= importLinesMax) return 'too large'
  // One column too many is enough for the one who refuses that.
  return rows.slice(0, last + 1).map((cells) => cells.slice(0, importColumnsMax + 1).map(textOf))
}

/** The XML in the archive. Its directory says how large each part is, and no more is unpacked. */
const unpack = (bytes: Uint8Array): Record<string, Uint8Array> | 'too large' => {
  let total = 0
  const isWanted = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (!/\.xml(\.rels)?$/.test(name)) return false
    total += originalSize
    return total <= workbookMaxBytes
  }
  const parts = unzipSync(bytes, { filter: isWanted })
  return total > workbookMaxBytes ? 'too large' : parts
}

const textOf = (value: unknown): string => {
  if (value instanceof Date) return stampOf(value)
  return value === null || value === undefined ? '' : String(value)
}

/** `2026-12-24`, `18:00`, or both. Spreadsheets count from these days, so they mean only a time. */
const stampOf = (value: Date): string => {
  const seconds = new Date(Math.round(value.getTime() / 1000) * 1000)
  if (Number.isNaN(seconds.getTime())) return '?'
  const [day = '', time = ''] = seconds.toISOString().slice(0, 19).split('T')
  const clock = time.endsWith(':00') ? time.slice(0, 5) : time
  if (['1899-12-30', '1899-12-31', '1904-01-01'].includes(day)) return clock
  return clock === '00:00' ? day : `${day} ${clock}`
}
