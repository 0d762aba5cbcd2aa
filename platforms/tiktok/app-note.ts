import type { Issuer } from '../grant.ts'
import type { DraftForChannel } from '../platform.ts'
import { choicesOf } from './choices.ts'
import type { TiktokSettings } from './client.ts'
import { readFacts } from './creator.ts'

type Stage = Pick<TiktokSettings, 'isAudited'>

/**
 * The note for an app whose Direct Post is not audited (platform notes 0.9 and 4). No call shows
 * this until a post is refused, so the operator sets it.
 */
export const tiktokNoteOf = ({ isAudited }: Stage): Issuer['appNote'] =>
  isAudited === false
    ? {
        words:
          'TikTok may not have audited this installation’s app yet. Until it has, it takes posts only for private accounts, visible to “Only me”, ' +
          'and from at most 5 accounts a day.',
        forOperator: 'Once the app is audited, set TIKTOK_APP_AUDITED=true to hide this note.',
      }
    : null

const until = 'Until TikTok has audited this installation’s app,'

/** TikTok offers “Everyone” only to public accounts. */
export const tiktokNoteOnDraft = ({ isAudited }: Stage, draft: DraftForChannel): string | null => {
  if (isAudited !== false || choicesOf(draft.settings).inbox) return null
  const facts = readFacts(draft.accountFacts)
  const creator = facts && facts.blocked === null ? facts : null
  if (creator?.privacyOptions.includes('PUBLIC_TO_EVERYONE'))
    return `${until} it refuses posts to @${creator.username}, because that account is public. Set it to private in the TikTok app.`
  if (choicesOf(draft.settings).privacyLevel !== 'SELF_ONLY')
    return `${until} it only takes posts for “Only me”.`
  return null
}
