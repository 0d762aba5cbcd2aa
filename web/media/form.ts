import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import type { Media } from '../../db/posts/media.ts'
import { MediaRefused } from '../../media/refusal.ts'
import type { AnyContext } from '../http/env.ts'
import { openBody } from '../http/forms/body.ts'
import { isId } from '../http/ids.ts'

export type TakenFiles = { taken: Media[]; refused: { fileName: string; words: string }[] }

export const maxFiles = 20
/** Files beyond `maxFiles` are named as refused, up to this many in all. */
export const namedFilesMax = 200

/**
 * Takes the files of a multipart form one after the other as a stream, without holding any in
 * memory. Used without JavaScript. A refused file doesn't stop the others.
 */
export const takeForm = async (
  c: AnyContext,
  take: (fileName: string, stream: Readable, formKey: string | null) => Promise<Media>,
): Promise<TakenFiles> => {
  const result: TakenFiles = { taken: [], refused: [] }
  let last = Promise.resolve()
  let formKey: string | null = null
  let count = 0
  const one = async (fileName: string, stream: Readable) => {
    try {
      result.taken.push(await take(fileName, stream, formKey))
    } catch (error) {
      stream.resume()
      if (!(error instanceof MediaRefused)) throw error
      result.refused.push({ fileName, words: error.message })
    }
  }
  await new Promise<void>((resolve, reject) => {
    const form = openForm(c.req.header('Content-Type'))
    form.on('field', (name, value) => {
      if (name === 'key' && isId(value)) formKey = value // this field comes before the files
    })
    form.on('file', (_field, stream, fileName) => {
      if (!fileName) return void stream.resume()
      count += 1
      if (count > maxFiles) {
        result.refused.push({ fileName, words: tooManyFiles })
        return void stream.resume()
      }
      // Files wait for the previous one. This pauses the stream and thereby the browser's upload.
      last = last.then(() => one(fileName, stream))
      last.catch(reject)
    })
    form.on('error', () =>
      reject(new MediaRefused('damaged', 'The upload was interrupted. Upload the files again.')),
    )
    form.on('finish', () => last.then(resolve, reject))
    openBody(c)
      .on('error', (error) => form.destroy(error))
      .pipe(form)
  })
  return result
}

const tooManyFiles = `Not uploaded: ${maxFiles} files fit into one upload. Upload this one again.`

const openForm = (contentType: string | undefined) => {
  if (!contentType?.startsWith('multipart/form-data; '))
    throw new MediaRefused('not_media', 'Choose a file first.')
  return new Busboy({
    headers: { 'content-type': contentType },
    limits: { files: namedFilesMax, fields: 10, fieldSize: 1000 },
  })
}
