import { apiEndpoint, readJson } from '../api/endpoint.ts'
import { answer, refuse } from '../api/envelope.ts'
import type { TikTok } from '../context.ts'
import type { Publish } from '../state.ts'
import { reviewInit } from './audit-log.ts'
import type { InitKind } from './init-body.ts'
import { type InitAttempt, refuseInit } from './init-checks.ts'
import { beginPublish } from './publishing.ts'

/** POST /v2/post/publish/video/init/ (fact sheet 4.2). */
export const videoInit = (tiktok: TikTok) => initEndpoint(tiktok, 'video/init', 'video')

/** POST /v2/post/publish/inbox/video/init/ (fact sheet 4.6). */
export const inboxVideoInit = (tiktok: TikTok) =>
  initEndpoint(tiktok, 'inbox/video/init', 'inbox_video')

/** POST /v2/post/publish/content/init/: photos, direct or inbox (fact sheet 4.5). */
export const contentInit = (tiktok: TikTok) => initEndpoint(tiktok, 'content/init', 'photo')

function initEndpoint(tiktok: TikTok, name: string, kind: InitKind) {
  return apiEndpoint(tiktok, name, async (c) => {
    const attempt: InitAttempt = {
      tiktok,
      kind,
      authorization: c.req.header('authorization'),
      body: await readJson(c),
    }
    const refusal = refuseInit(attempt)
    const { creator, request } = attempt
    if (refusal || !creator || !request)
      return refuse(tiktok, c, refusal ?? { code: 'internal_error' })
    const call = c.get('call')
    const publish = beginPublish(tiktok, creator.openId, request, call)
    reviewInit(tiktok, creator.openId, request, publish.id)
    Object.assign(call.facts, {
      publishId: publish.id,
      mode: publish.mode,
      source: publish.upload ? 'FILE_UPLOAD' : 'PULL_FROM_URL',
    })
    return answer(tiktok, c, { publish_id: publish.id, ...uploadUrl(tiktok, publish) })
  })
}

function uploadUrl(tiktok: TikTok, { upload }: Publish): { upload_url?: string } {
  if (!upload) return {}
  return {
    upload_url: `${tiktok.world.baseUrl('/tiktok-upload')}/video/?upload_id=${upload.id}&upload_token=${upload.token}`,
  }
}
