import { Busboy } from '@fastify/busboy'
import type { AnyContext } from '../../http/env.ts'
import { openBody, tooLarge } from '../../http/forms/body.ts'
import { isId } from '../../http/ids.ts'
import { NoTable } from './no-table.ts'
import { importMaxBytes } from './table.ts'

/** `key`: of the form. `twice`: the same content may go out again within a day. */
export type ImportUpload = { bytes: Buffer; key: string; twice: boolean }

/** Reads the form with its file into memory. Throws NoTable if there is none. */
export const takeUpload = async (c: AnyContext): Promise<ImportUpload> => {
  const contentType = c.req.header('Content-Type') ?? ''
  if (!contentType.startsWith('multipart/form-data; ')) throw noFile()
  const upload: ImportUpload = { bytes: Buffer.alloc(0), key: '', twice: false }
  await new Promise<void>((resolve, reject) => {
    const form = new Busboy({
      headers: { 'content-type': contentType },
      limits: { files: 1, fields: 10, fieldSize: 1000, fileSize: importMaxBytes + 1 },
    })
    form.on('field', (name, value) => {
      if (name === 'key' && isId(value)) upload.key = value.toLowerCase()
      if (name === 'twice') upload.twice = value === 'yes'
    })
    form.on('file', (_field, stream) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.once('limit', () => reject(tooLarge(importMaxBytes)))
      stream.once('end', () => {
        upload.bytes = Buffer.concat(chunks)
      })
    })
    form.on('error', () =>
      reject(new NoTable('The upload was interrupted. Choose the file and upload it again.')),
    )
    form.on('finish', resolve)
    openBody(c)
      .on('error', (error) => {
        form.destroy()
        reject(error)
      })
      .pipe(form)
  })
  if (upload.bytes.length === 0) throw noFile()
  return upload
}

const noFile = () => new NoTable('Choose a file first.')
