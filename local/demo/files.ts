import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Db } from '../../db/postgres/connect.ts'
import type { MediaStore } from '../../media/store.ts'
import type { DemoWorkspace } from './cast.ts'
import { drawPicture, type Picture } from './pictures.ts'
import { idAt, insertRows } from './rows.ts'
import type { SandboxControl } from './sandbox.ts'
import { makeStill } from './still.ts'

/** A picture or video of a workspace: its media id, and its hash at the platforms. */
export type DemoFile = { id: string; sha256: string; altText: string; uploadedAt: Date }
export type DemoFiles = { pictures: DemoFile[]; videos: DemoFile[] }

type Deps = { sql: Db; mediaStore: MediaStore; control: SandboxControl }
type Owner = { workspaceId: string; uploadedBy: string; now: Date }

const dayMs = 86_400_000
export const clipMs = 8_000

/** Draws a workspace's pictures and a few clips, and stores them as uploads are stored. */
export const storeFiles = async (
  deps: Deps,
  workspace: DemoWorkspace,
  owner: Owner,
): Promise<DemoFiles> => {
  const { count, ...look } = workspace.pictures
  const drawn = await Promise.all(
    Array.from({ length: count }, (_, number) => drawPicture(number, look)),
  )
  const pictures = await Promise.all(
    drawn.map((picture, index) => storePicture(deps, picture, owner, count - index)),
  )
  const clips = workspace.tiktok ? [1, 2, 8] : []
  const videos = await Promise.all(
    clips.map((number, index) => storeClip(deps, workspace, number, owner, clips.length - index)),
  )
  await insertRows(
    deps.sql,
    'media',
    [...pictures, ...videos].map((file) => file.row),
  )
  return { pictures: pictures.map((file) => file.told), videos: videos.map((file) => file.told) }
}

type Stored = { row: Record<string, unknown>; told: DemoFile }

/** `place`: 1 for the newest, which was uploaded a few days ago. */
const storePicture = (deps: Deps, picture: Picture, owner: Owner, place: number): Promise<Stored> =>
  store(deps, owner, new Date(owner.now.getTime() - place * 3.4 * dayMs - place * 131 * 60_000), {
    bytes: picture.jpeg,
    thumbnail: picture.thumbnail,
    altText: picture.altText,
    row: {
      kind: 'image',
      content_type: 'image/jpeg',
      file_name: picture.fileName,
      width: picture.width,
      height: picture.height,
    },
  })

/** A video of a still picture, which every platform accepts. */
const storeClip = async (
  deps: Deps,
  workspace: DemoWorkspace,
  number: number,
  owner: Owner,
  place: number,
): Promise<Stored> => {
  const picture = await drawPicture(number, { ...workspace.pictures, ratio: 16 / 9 })
  const [width, height] = [544, 960]
  return store(deps, owner, new Date(owner.now.getTime() - place * 19 * dayMs), {
    bytes: await makeStill(picture.jpeg, { width, height, durationMs: clipMs }),
    thumbnail: picture.thumbnail,
    altText: '',
    row: {
      kind: 'video',
      content_type: 'video/mp4',
      file_name: `needle-down-${place}.mp4`,
      width,
      height,
      duration_ms: clipMs,
      video_codec: 'avc',
      fps: 30,
    },
  })
}

type File = { bytes: Buffer; thumbnail: Buffer; altText: string; row: Record<string, unknown> }

const store = async (deps: Deps, owner: Owner, uploadedAt: Date, file: File): Promise<Stored> => {
  const keys = {
    store_key: randomBytes(24).toString('base64url'),
    thumbnail_key: randomBytes(24).toString('base64url'),
  }
  await deps.mediaStore.put(keys.store_key, Readable.from([file.bytes]))
  await deps.mediaStore.put(keys.thumbnail_key, Readable.from([file.thumbnail]))
  const [id, sha256] = [idAt(uploadedAt), createHash('sha256').update(file.bytes).digest()]
  await deps.control.keep(file.bytes)
  const video = { duration_ms: null, video_codec: null, fps: null }
  const row = {
    id,
    workspace_id: owner.workspaceId,
    uploaded_by: owner.uploadedBy,
    uploaded_at: uploadedAt,
    size_bytes: file.bytes.length,
    sha256,
    alt_text: file.altText,
    alt_text_by: owner.uploadedBy,
    ...keys,
    ...video,
    ...file.row,
  }
  return { row, told: { id, sha256: sha256.toString('hex'), altText: file.altText, uploadedAt } }
}
