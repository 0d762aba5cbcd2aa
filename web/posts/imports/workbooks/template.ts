import writeWorkbook from 'write-excel-file/node'

/** An empty workbook with the names of the columns, which stay in view. */
export const templateWorkbook = (header: string[]): Promise<Buffer> =>
  writeWorkbook([header.map((value) => ({ value, fontWeight: 'bold' as const }))], {
    columns: header.map((name) => ({ width: name.startsWith('text') ? 60 : 18 })),
    stickyRowsCount: 1,
    sheet: 'Posts',
  }).toBuffer()
