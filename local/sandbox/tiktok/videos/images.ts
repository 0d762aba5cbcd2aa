import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import sharp from 'sharp'
import type { SandboxEnv } from '../../world.ts'
import type { TikTok } from '../context.ts'

type ImageKind = 'avatar' | 'cover'

/** The URL of an avatar or a cover. Signed and valid for `lifeMs`, as on TikTok's image hosts. */
export function signedImageUrl(
  tiktok: TikTok,
  kind: ImageKind,
  id: string,
  lifeMs: number,
): string {
  const expires = Math.floor((tiktok.world.clock.now() + lifeMs) / 1000)
  const signature = sign(tiktok, kind, id, expires)
  const query = new URLSearchParams({ 'x-expires': String(expires), 'x-signature': signature })
  return `${tiktok.world.baseUrl('/tiktok')}/image/${kind}/${encodeURIComponent(id)}.jpeg?${query}`
}

/**
 * Serves the URLs from `signedImageUrl`. Answers 403 if the URL has expired or the signature is
 * wrong.
 */
export async function serveImage(tiktok: TikTok, c: Context<SandboxEnv>): Promise<Response> {
  const kind = c.req.param('kind') === 'cover' ? 'cover' : 'avatar'
  const id = (c.req.param('file') ?? '').replace(/\.jpeg$/, '')
  const expires = Number(c.req.query('x-expires'))
  if (!isSigned(sign(tiktok, kind, id, expires), c.req.query('x-signature') ?? ''))
    return c.text('Access denied', 403)
  if (expires * 1000 <= tiktok.world.clock.now()) return c.text('The address has expired', 403)
  const photo = kind === 'cover' ? coverPhotoPath(tiktok, id) : null
  const bytes = photo ? await sharp(photo).resize(360).jpeg().toBuffer() : await drawImage(kind, id)
  return c.body(new Uint8Array(bytes), 200, { 'content-type': 'image/jpeg' })
}

/**
 * The cover of a photo post is one of its photos. Frames of videos aren't decoded, so a video's
 * cover is a plain color.
 */
function coverPhotoPath(tiktok: TikTok, postId: string): string | null {
  const post = tiktok.state.posts.find((post) => post.id === postId)
  const media = post?.kind === 'photo' ? post.media[post.coverIndex] : undefined
  return media ? tiktok.world.media.path(media.sha256) : null
}

function drawImage(kind: ImageKind, id: string): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = createHash('sha256').update(id).digest()
  const [width, height] = kind === 'avatar' ? [168, 168] : [360, 640]
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .jpeg()
    .toBuffer()
}

const sign = (tiktok: TikTok, kind: ImageKind, id: string, expires: number) =>
  createHmac('sha256', tiktok.app.secret).update(`${kind}/${id}/${expires}`).digest('hex')

const isSigned = (expected: string, given: string) =>
  given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
