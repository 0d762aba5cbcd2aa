import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CsvError, parse } from 'csv-parse'
import { inTurn } from '../../../media/queue.ts'
import { MediaRefused } from '../../../media/refusal.ts'
import { cleanText } from '../../../text/clean-text.ts'
import type { WebDeps } from '../../http/env.ts'
import { NoTable } from './no-table.ts'
import { importColumnsMax, importLinesMax } from './sizes.ts'
import { isWorkbook, readWorkbook } from './workbooks/read.ts'

/** The size of a file with posts. */
export const importMaxBytes = 4 * 1024 * 1024
export const importRowsMax = 5_000

/** The rows of a CSV file or a workbook, as the spreadsheet numbers them: the first is 1. */
export const readTable = async (
  deps: Pick<WebDeps, 'mediaStore'>,
  workspaceId: string,
  bytes: Buffer,
): Promise<string[][]> => {
  if (!isWorkbook(bytes)) return readCsv(bytes)
  const scratch = await deps.mediaStore.scratch()
  try {
    const rows = await inTurn(workspaceId, () => readWorkbook(bytes, scratch))
    return rows.map((cells) => cells.map(cleanText))
  } catch (error) {
    if (error instanceof MediaRefused) throw new NoTable(error.message)
    throw error
  }
}

/** Bytes of a CSV file between two looks at other requests. */
const pieceBytes = 16 * 1024

const readCsv = async (bytes: Buffer): Promise<string[][]> => {
  const text = decode(bytes)
  const rows: string[][] = []
  const parser = parse({
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: false,
    max_record_size: importMaxBytes,
    // Refuses a hostile file before all of its cells are made: four megabytes can have four million.
    cast: (cell, { records, index }) => {
      if (records >= importLinesMax) throw new NoTable(tooManyLines)
      if (index >= importColumnsMax) throw new NoTable(tooManyColumns)
      return cleanText(cell)
    },
  })
  try {
    parser.on('data', (row: string[]) => rows.push(row))
    await pipeline(Readable.from(piecesOf(Buffer.from(text))), parser)
    return rows
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new NoTable(
      `Line ${String(error.lines ?? '?')} can’t be read: a quotation mark is missing or out of place. Save the file as CSV again.`,
    )
  }
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes)
    await nextTurn()
  }
}

const tooManyLines = `This file has more than ${importLinesMax} rows. Delete those that are empty.`
/** For the header too. */
export const tooManyColumns = `This file has more than ${importColumnsMax} columns. Use the template.`

/** UTF-8, UTF-16 or Windows-1252, which Excel writes without saying so. */
const decode = (bytes: Buffer): string => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes.includes(0))
    throw new NoTable(
      'This is neither a CSV file nor an Excel workbook. In your spreadsheet, choose “Save as” and .xlsx or CSV UTF-8.',
    )
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** The separator that is most frequent in the first line, outside of quotation marks. */
const delimiterOf = (text: string): string => {
  const counts = new Map([
    [',', 0],
    [';', 0],
    ['\t', 0],
  ])
  let isQuoted = false
  for (const sign of text.slice(0, 20_000)) {
    if (sign === '"') isQuoted = !isQuoted
    else if (sign === '\n' && !isQuoted) break
    else if (!isQuoted && counts.has(sign)) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ','
}
