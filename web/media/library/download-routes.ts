import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { ZipFile } from 'yazl'
import { listOriginals, type Original } from '../../../db/posts/library/originals.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { idParam } from '../../http/ids.ts'
import { sendFile } from '../../http/send-file.ts'
import { requireMember } from '../../http/session.ts'
import { formats } from '../../time/formats.ts'
import { selected } from './selection.ts'

/** The files of one download together. Nothing is stored for it, but it holds a connection. */
export const downloadMaxBytes = 10_000_000_000

/**
 * promise: D3: originals, only for members: saved and never shown, so that nothing in them runs.
 */
export const downloadRoutes = (deps: WebDeps) =>
  forMembers
    .createApp()
    .get('/w/:workspace/media/:id{[0-9a-f]{8}-[0-9a-f-]{27}}/original', requireMember(), (c) =>
      original(deps, c),
    )
    .post('/w/:workspace/media/download', requireMember(), (c) => several(deps, c))

type Sized = Original & { sizeBytes: number }

/** The files whose bytes are there. */
const find = async (deps: WebDeps, c: Context<MemberEnv>, ids: string[]): Promise<Sized[]> => {
  const found = await listOriginals(deps.sql, c.var.workspace.id, ids)
  const sizes = await Promise.all(found.map(({ storeKey }) => deps.mediaStore.size(storeKey)))
  return found.flatMap((one, index) => {
    const sizeBytes = sizes[index] ?? null
    return sizeBytes === null ? [] : [{ ...one, sizeBytes }]
  })
}

const original = async (deps: WebDeps, c: Context<MemberEnv>): Promise<Response> => {
  const [file] = await find(deps, c, [idParam(c, 'id')])
  if (!file) throw new HTTPException(404)
  saveAs(c, file.fileName)
  return sendFile(c, deps.mediaStore, {
    ...file,
    contentType: 'application/octet-stream',
    etag: file.storeKey,
  })
}

/** A zip with the selected originals, which is made while it is sent. */
const several = async (deps: WebDeps, c: Context<MemberEnv>): Promise<Response> => {
  const files = await find(deps, c, await selected(c))
  if (files.length === 0)
    throw new HTTPException(422, { message: 'These files were deleted. Select others.' })
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const size = formats({ zone: 'UTC', dates: c.var.user }, deps.now()).bytes
  if (bytes > downloadMaxBytes)
    throw new HTTPException(422, {
      message: `Together, these files are ${size(bytes)}. A download can be up to ${size(downloadMaxBytes)}. Select fewer.`,
    })
  saveAs(c, `${c.var.workspace.slug}-media.zip`)
  c.header('Content-Type', 'application/zip')
  return c.body(Readable.toWeb(zipOf(deps, files)) as ReadableStream)
}

/** A file that can't be read ends the download, so that nobody takes a part for the whole. */
const zipOf = ({ mediaStore, log }: WebDeps, files: Sized[]): Readable => {
  const zip = new ZipFile()
  // Its type is less specific than the stream it is.
  const bytes = zip.outputStream as Readable
  zip.on('error', (error: Error) => bytes.destroy(error))
  bytes.on('error', (err) => log.warn({ err }, 'a download of files ended early'))
  const taken = new Set<string>()
  // Opened lazily, so that 200 files aren't open at once. Photos and videos don't compress.
  for (const { fileName, storeKey, sizeBytes } of files)
    zip.addReadStreamLazy(
      nameIn(taken, fileName),
      { compress: false, size: sizeBytes },
      (give: (error: null, stream: Readable) => void) => {
        const file = mediaStore.open(storeKey)
        const stop = () => void file.destroy()
        file.on('error', (error) => bytes.destroy(error))
        file.once('close', () => bytes.off('close', stop))
        bytes.once('close', stop)
        give(null, file)
      },
    )
  zip.end()
  return bytes
}

/** The name of a file in a zip: no folders, and no name twice. */
const nameIn = (taken: Set<string>, fileName: string): string => {
  const plain = fileName.replace(/[/\\:]/g, '_').replace(/^\.+/, '_') || 'file'
  const dot = plain.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [plain.slice(0, dot), plain.slice(dot)] : [plain, '']
  let name = plain
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem} (${n})${ending}`
  taken.add(name.toLowerCase())
  return name
}

const saveAs = (c: Context<MemberEnv>, fileName: string): void => {
  c.header('Cache-Control', 'private, no-store')
  const plain = fileName.replace(/[^ -~]|["\\]/g, '_')
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  c.header('Content-Disposition', `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`)
}
