import { readFile, rm, writeFile } from 'node:fs/promises'
import { readSheetOf } from './sheet.ts'

// A program of its own, started by read.ts: reads the workbook of the first path, deletes it, and
// writes the cells of its first sheet to the second, as JSON.

const [from = '', to = ''] = process.argv.slice(2)
const bytes = await readFile(from)
await rm(from)
await writeFile(to, JSON.stringify(await readSheetOf(bytes)))
