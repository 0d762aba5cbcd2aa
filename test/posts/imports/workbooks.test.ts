import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import writeWorkbook from 'write-excel-file/node'
import { isWorkbook, readWorkbook } from '../../../web/posts/imports/workbooks/read.ts'
import { workbookMaxBytes } from '../../../web/posts/imports/workbooks/sheet.ts'
import { templateWorkbook } from '../../../web/posts/imports/workbooks/template.ts'

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cratesocial-workbooks-'))
})
afterAll(() => rm(scratch, { recursive: true }))

const read = (bytes: Uint8Array) => readWorkbook(Buffer.from(bytes), scratch)
/** The template with other rows. */
const withRows = async (rows: string): Promise<Uint8Array> => {
  const parts = unzipSync(await templateWorkbook(['text']))
  const name = 'xl/worksheets/sheet1.xml'
  const sheet = Buffer.from(parts[name]!).toString()
  expect(sheet).toMatch(/<sheetData>.*<\/sheetData>/s)
  const changed = sheet.replace(/<sheetData>.*<\/sheetData>/s, `<sheetData>${rows}</sheetData>`)
  return zipSync({ ...parts, [name]: strToU8(changed) })
}

describe('a workbook', () => {
  it('is read with days, times, line breaks, numbers, empty rows and the values of formulas', async () => {
    const at = (iso: string, format: string) => ({ type: Date, value: new Date(iso), format })
    const bytes = await writeWorkbook([
      ['date', 'time', 'text'].map((value) => ({ value })),
      [
        at('2027-12-24T00:00:00Z', 'dd.mm.yyyy'),
        at('1899-12-30T18:07:00Z', 'hh:mm'),
        { value: 'Grüße & “crates” <3\nLine two' },
      ],
      [],
      [at('2027-12-25T09:30:00Z', 'yyyy-mm-dd hh:mm'), { value: '6pm' }, { value: 2027 }],
    ]).toBuffer()
    expect(isWorkbook(bytes)).toBe(true)
    expect(await read(bytes)).toEqual([
      ['date', 'time', 'text'],
      ['2027-12-24', '18:07', 'Grüße & “crates” <3\nLine two'],
      ['', '', ''],
      ['2027-12-25 09:30', '6pm', '2027'],
    ])
    const formula = '<row r="1"><c r="A1" t="str"><f>"Cr"&amp;"ate"</f><v>Crate</v></c></row>'
    expect(await read(await withRows(formula))).toEqual([['Crate']])
    expect(await read(await templateWorkbook(['date', 'text']))).toEqual([['date', 'text']])
  })

  it('is refused, not half read, if a cell has an error or a formula no value', async () => {
    const error = '<row r="1"><c r="A1" t="e"><f>A9</f><v>#REF!</v></c></row>'
    await expect(read(await withRows(error))).rejects.toThrow('#REF!')
    const none = '<row r="1"><c r="A1"><f>1+1</f></c></row>'
    await expect(read(await withRows(none))).rejects.toThrow('no value yet')
    await expect(read(Buffer.from('d0cf11e0a1b11ae1', 'hex'))).rejects.toThrow('older format')
    await expect(read(zipSync({ 'cover.txt': strToU8('no') }))).rejects.toThrow('can’t be read')
    await expect(read(Buffer.from('PK\x03\x04 torn'))).rejects.toThrow('can’t be read')
  })

  it('can’t take more time, memory or disk than is allowed, and leaves nothing behind', async () => {
    const bomb = zipSync({ 'xl/workbook.xml': new Uint8Array(workbookMaxBytes + 1) })
    expect(bomb.length).toBeLessThan(100_000)
    await expect(read(bomb)).rejects.toThrow('too large')
    // The same with a directory that lies about the size.
    const lying = Buffer.from(bomb)
    lying.writeUInt32LE(1000, lying.lastIndexOf('PK\x01\x02') + 24)
    await expect(read(lying)).rejects.toThrow('can’t be read')
    const rows = '<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>'
    await expect(read(await withRows(rows))).rejects.toThrow('can’t be read')
    expect(await readdir(scratch)).toEqual([])
  })
})
