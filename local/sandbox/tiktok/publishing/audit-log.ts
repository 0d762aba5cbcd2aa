import type { TikTok } from '../context.ts'
import type { InitRequest } from './init-body.ts'

const freshForMs = 10 * 60_000
const keptEntries = 2_000

/**
 * Records a call that violates TikTok's guidelines. The call itself succeeds. Only the client knows
 * if consent was recorded before init, so that rule isn't checked.
 */
export function noteForReview(
  tiktok: TikTok,
  openId: string,
  rule: string,
  detail: string,
  publishId: string | null = null,
): void {
  tiktok.state.auditLog.push({ atMs: tiktok.world.clock.now(), openId, rule, publishId, detail })
  tiktok.state.auditLog.splice(0, tiktok.state.auditLog.length - keptEntries)
  tiktok.changed()
}

/**
 * Rules for a direct post (fact sheet 5). Inbox drafts are not checked, because the creator
 * completes them.
 */
export function reviewInit(
  tiktok: TikTok,
  openId: string,
  request: InitRequest,
  publishId: string,
): void {
  if (request.mode !== 'direct') return
  const note = (rule: string, detail: string) =>
    noteForReview(tiktok, openId, rule, detail, publishId)
  const shown = tiktok.state.creatorInfo[openId]
  if (!shown || shown.atMs < tiktok.world.clock.now() - freshForMs) {
    note('creator_info_not_fresh', 'init without creator_info in the ten minutes before it')
  } else if (request.privacyLevel && !shown.offered.includes(request.privacyLevel)) {
    note(
      'privacy_never_offered',
      `${request.privacyLevel} was not among the options of the last creator_info`,
    )
  }
  const { brand_content_toggle: branded, brand_organic_toggle: ownBrand } = request.settings
  if (branded === undefined || ownBrand === undefined)
    note('brand_flags_missing', 'brand_content_toggle and brand_organic_toggle')
  if (branded === true && request.privacyLevel === 'SELF_ONLY')
    note('branded_and_private', 'branded content can not be SELF_ONLY')
}
