import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { unlessMissing } from '../../../../media/missing-file.ts'
import { spawnLimited } from '../../../../media/programs/limited-process.ts'
import { NoTable } from '../no-table.ts'
import type { Sheet } from './sheet.ts'

const limits = {
  clockSeconds: 30,
  processorSeconds: 30,
  outputBytes: 16 * 2 ** 20,
  /** A process of Node reserves far more addresses than it uses, so V8 limits the memory. */
  memoryBytes: null,
}
const memory = '--max-old-space-size=256'

/** Whether it is an archive, as workbooks of Excel are, or the older kind of them. */
export const isWorkbook = (bytes: Buffer): boolean =>
  bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1')) || isOlder(bytes)

const isOlder = (bytes: Buffer): boolean => bytes.subarray(0, 4).toString('hex') === 'd0cf11e0'

/**
 * Reads the first sheet in a process of its own, because a hostile workbook can take any amount of
 * time and memory. `scratch`: a folder for a moment. Throws NoTable.
 */
export const readWorkbook = async (bytes: Buffer, scratch: string): Promise<string[][]> => {
  if (isOlder(bytes)) throw new NoTable(olderWords)
  const folder = await mkdtemp(join(scratch, 'import-'))
  try {
    const [from, to] = [join(folder, 'in'), join(folder, 'out')]
    await writeFile(from, bytes, { mode: 0o600 })
    const isRead = await run(from, to)
    const answer = isRead ? await unlessMissing(readFile(to, 'utf8')) : null
    const sheet = answer === null ? 'unreadable' : (JSON.parse(answer) as Sheet)
    if (typeof sheet === 'string') throw new NoTable(words[sheet])
    return sheet
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const run = async (from: string, to: string): Promise<boolean> => {
  const program = join(import.meta.dirname, `reading-program${extension}`)
  const loader = extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : []
  const child = spawnLimited(process.execPath, [memory, ...loader, program, from, to], limits)
  child.stdin.on('error', () => undefined) // the program ended first
  child.stdout.resume()
  child.stderr.resume()
  const timer = setTimeout(() => {
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  }, limits.clockSeconds * 1000)
  const [code] = (await once(child, 'close').finally(() => clearTimeout(timer))) as [number | null]
  return code === 0
}

/** Compiled in production. */
const extension = extname(import.meta.filename)

const olderWords =
  'This workbook has an older format or a password. In Excel, save it as “Excel Workbook (.xlsx)” without a password.'

const words: Record<Exclude<Sheet, string[][]>, string> = {
  unreadable:
    'This file can’t be read as an Excel workbook. Save it as .xlsx or as CSV again, then upload it.',
  'too large':
    'This workbook is too large. Copy only the posts into a new workbook, or save it as CSV.',
  'has an error':
    'A cell of this workbook shows an error such as #REF!. Correct it, save the file, then upload it again.',
  'has no values':
    'A formula of this workbook has no value yet. Open the file in a spreadsheet, save it, then upload it again.',
}
