import { type TikTokCast, until } from './tiktok-cast.ts'

export const postInfo = (privacyLevel = 'PUBLIC_TO_EVERYONE') => ({
  title: 'New crate #vinyl',
  privacy_level: privacyLevel,
  disable_duet: true,
  brand_content_toggle: false,
  brand_organic_toggle: false,
})

export const inOneChunk = (size: number) => ({
  source: 'FILE_UPLOAD',
  video_size: size,
  chunk_size: size,
  total_chunk_count: 1,
})

export async function put(url: string, bytes: Buffer, range: string, contentType = 'video/mp4') {
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': contentType, 'content-range': range },
    body: new Uint8Array(bytes),
  })
  return { status: answer.status, progress: answer.headers.get('content-range') }
}

export const putAll = (url: string, bytes: Buffer) =>
  put(url, bytes, `bytes 0-${bytes.length - 1}/${bytes.length}`)

/** The calls that post a video, with the token of the moment. */
export const uploadsOf = (at: () => { tiktok: TikTokCast; access: string }) => {
  const init = (
    source: Record<string, unknown>,
    info: Record<string, unknown> = postInfo(),
    as = at().access,
  ) => at().tiktok.api(as, '/v2/post/publish/video/init/', { post_info: info, source_info: source })
  const inboxInit = (source: Record<string, unknown>) =>
    at().tiktok.api(at().access, '/v2/post/publish/inbox/video/init/', { source_info: source })
  const status = (publishId: string, as = at().access) =>
    at().tiktok.api(as, '/v2/post/publish/status/fetch/', { publish_id: publishId })
  const isFinal = ({ data }: { data: { status: string } }) => !data.status.startsWith('PROCESSING')
  const settled = (publishId: string) => until(() => status(publishId), isFinal)
  return { init, inboxInit, status, settled }
}
