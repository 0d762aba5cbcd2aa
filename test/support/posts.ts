import { randomBytes } from 'node:crypto'
import { insertMedia } from '../../db/posts/media.ts'
import type { WebDeps } from '../../web/http/env.ts'
import { insertChannel } from './connected.ts'

type Deps = Pick<WebDeps, 'sql' | 'vault'>
export type PlatformName = 'facebook' | 'instagram' | 'tiktok'

/** TikTok's answer for a creator without restrictions. */
const creatorFacts = {
  nickname: 'Northside Records',
  username: 'northside.records',
  privacyOptions: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
  commentDisabled: false,
  duetDisabled: false,
  stitchDisabled: false,
  maxDurationSec: 600,
  blocked: null,
}

/** One connected account per platform. TikTok's creator info was just requested. */
export const connectAll = async (
  deps: Deps,
  who: { workspaceId: string; userId: string },
): Promise<Record<PlatformName, string>> => {
  const [facebook, instagram, tiktok] = await Promise.all(
    (['facebook', 'instagram', 'tiktok'] as const).map(
      async (platform) => (await insertChannel(deps, { ...who, platform })).channelId,
    ),
  )
  if (!facebook || !instagram || !tiktok) throw new Error('an account was not connected')
  await deps.sql`update channels set account_facts = ${deps.sql.json(creatorFacts)}, account_facts_at = now() + interval '1 hour' where id = ${tiktok}`
  await deps.sql`update channels set handle = 'northsiderecords' where id = ${instagram}`
  return { facebook, instagram, tiktok }
}

/** Like `connectAll`, in a workspace of this zone and with a second Facebook account in place of Instagram. */
export const connectTextAccounts = async (
  deps: Deps,
  { zone, ...who }: { workspaceId: string; userId: string; zone: string },
): Promise<Record<PlatformName, string>> => {
  await deps.sql`update workspaces set zone = ${zone} where id = ${who.workspaceId}`
  const channels = await connectAll(deps, who)
  // It takes a text without files.
  await deps.sql`update channels set platform = 'facebook', name = 'Northside Events' where id = ${channels.instagram}`
  return channels
}

/** A file as an upload leaves it: only the row, no bytes. */
export const addMedia = async (
  { sql }: Deps,
  workspaceId: string,
  userId: string,
  facts: {
    kind?: 'image' | 'video'
    width?: number
    height?: number
    sizeBytes?: number
    durationMs?: number
  } = {},
): Promise<string> => {
  const kind = facts.kind ?? 'image'
  const { id } = await insertMedia(sql, {
    workspaceId,
    kind,
    contentType: kind === 'image' ? 'image/jpeg' : 'video/mp4',
    fileName: kind === 'image' ? 'sleeve.jpg' : 'needle.mp4',
    sizeBytes: facts.sizeBytes ?? 240_000,
    width: facts.width ?? 1080,
    height: facts.height ?? (kind === 'image' ? 1350 : 1920),
    durationMs: kind === 'video' ? (facts.durationMs ?? 12_000) : null,
    videoCodec: kind === 'video' ? 'avc' : null,
    audioCodec: kind === 'video' ? 'aac' : null,
    fps: kind === 'video' ? 30 : null,
    storeKey: `test/${crypto.randomUUID()}`,
    thumbnailKey: null,
    mediumKey: null,
    sha256: randomBytes(32),
    original: null,
    uploadedBy: userId,
  })
  return id
}

/**
 * The form of a person who schedules a photo on accounts. `more` is appended, so it adds fields and
 * replaces none.
 */
export const photoForm = (post: {
  channels: string[]
  media: string[]
  text?: string
  time?: string
  act?: string
}): [string, string][] => [
  ['text', post.text ?? 'Twenty crates, twenty per cent.'],
  ...post.channels.map((id): [string, string] => ['channel', id]),
  ...post.media.map((id): [string, string] => ['media', id]),
  ['time', post.time ?? '2099-11-26T10:00'],
  ['act', post.act ?? 'schedule'],
]

/** The fields that TikTok requires a person to choose. */
export const tiktokFields = (channelId: string): [string, string][] => [
  [`${channelId}.privacy_level`, 'SELF_ONLY'],
  [`${channelId}.consent`, 'on'],
]

/** The id in `/w/northside/posts/<id>?did=…`. */
export const postIdIn = (location: string | null): string => {
  const id = location?.match(/posts\/([0-9a-f-]{36})/)?.[1]
  if (!id) throw new Error(`no post in ${location}`)
  return id
}
