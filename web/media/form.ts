import { Readable } from 'node:stream'
import type { ReadableStream as NodeWebStream } from 'node:stream/web'
import { Busboy } from '@fastify/busboy'
import type { Media } from '../db/media.ts'
import type { AnyContext } from './env.ts'
import { MediaRefused } from './media-refusal.ts'

export type TakenFiles = { taken: Media[]; refused: { fileName: string; words: string }[] }

const maxFiles = 20

/** The body as a stream, read only as fast as it is used. */
export const bodyOf = (c: AnyContext): Readable =>
  c.req.raw.body ? Readable.fromWeb(c.req.raw.body as NodeWebStream) : Readable.from([])

/**
 * Takes the files of a multipart form one after the other, as they arrive, without holding any in memory: the way without JavaScript.
 * A refused file does not stop the others.
 */
export const takeForm = async (
  c: AnyContext,
  take: (fileName: string, stream: Readable) => Promise<Media>,
): Promise<TakenFiles> => {
  const result: TakenFiles = { taken: [], refused: [] }
  let last = Promise.resolve()
  const one = async (fileName: string, stream: Readable) => {
    try {
      result.taken.push(await take(fileName, stream))
    } catch (error) {
      stream.resume()
      if (!(error instanceof MediaRefused)) throw error
      result.refused.push({ fileName, words: error.message })
    }
  }
  await new Promise<void>((resolve, reject) => {
    const form = openForm(c.req.header('Content-Type'))
    form.on('file', (_field, stream, fileName) => {
      if (!fileName) return void stream.resume()
      // Waiting for the one before holds this part back, and with it the browser.
      last = last.then(() => one(fileName, stream))
      last.catch(reject)
    })
    form.on('error', () => reject(new MediaRefused('damaged', 'The upload broke off before its end. Upload the files again.')))
    form.on('finish', () => last.then(resolve, reject))
    bodyOf(c)
      .on('error', (error) => form.destroy(error))
      .pipe(form)
  })
  return result
}

const openForm = (contentType: string | undefined) => {
  if (!contentType?.startsWith('multipart/form-data; ')) throw new MediaRefused('not_media', 'Choose a file first.')
  return new Busboy({ headers: { 'content-type': contentType }, limits: { files: maxFiles, fields: 10, fieldSize: 1000 } })
}
