import type { LedgerPost } from '../support/platforms/ledger.ts'
import type { Track } from './track.ts'

/** The final state of one post on one account in the database. */
export type Outcome = {
  postId: string
  targetId: string
  /** For example `[race 1.2]`. Its text begins with this, and no other post's does. */
  mark: string
  text: string
  state: string
  platformPostId: string | null
  account: string
}

export type Disagreement = { mark: string; account: string; words: string }

/**
 * Compares every target with the ledger, which alone knows what exists, and with what its page
 * shows.
 */
export const judge = async (
  { sessions, slug, ledger }: Pick<Track, 'sessions' | 'slug' | 'ledger'>,
  outcomes: Outcome[],
): Promise<Disagreement[]> => {
  const posts = await ledger()
  const pages = new Map<string, Map<string, string>>()
  for (const postId of new Set(outcomes.map((outcome) => outcome.postId))) {
    const page = await sessions[0]!.open(`/w/${slug}/posts/${postId}`)
    const cards = [...page.document.querySelectorAll('.target')]
    pages.set(
      postId,
      new Map(
        cards.map((card) => [card.id, card.querySelector('.pill')?.textContent?.trim() ?? '']),
      ),
    )
  }
  return outcomes.flatMap((outcome) => {
    const found = posts.filter(
      (post) => post.account === outcome.account && post.text.startsWith(outcome.mark),
    )
    const said = pages.get(outcome.postId)?.get(`target-${outcome.targetId}`)
    return faultsOf(outcome, found, said).map((words) => ({
      mark: outcome.mark,
      account: outcome.account,
      words,
    }))
  })
}

export const faultsOf = (
  outcome: Outcome,
  found: LedgerPost[],
  said: string | undefined,
): string[] => {
  const { state, text, platformPostId } = outcome
  const faults: string[] = []
  const [post] = found
  if (found.length > 1) faults.push(`exists ${found.length} times`)
  if (!['published', 'canceled'].includes(state)) faults.push(`ended as ${state}`)
  if (state === 'published' && !post) faults.push('is said to be published and does not exist')
  if (state === 'canceled' && post) faults.push('is said to be canceled and exists')
  if (state === 'published' && post && post.text !== text)
    faults.push(`exists with other words than it is said to have: ${post.text}`)
  if (state === 'published' && post && platformPostId && !isSame(post.id, platformPostId))
    faults.push(`is said to be post ${platformPostId} and is ${post.id}`)
  if (said !== state) faults.push(`is ${state}, and its page says ${said}`)
  return faults
}

/** Facebook uses both `{page}_{post}` and `{post}` for the same post. */
const isSame = (a: string, b: string): boolean =>
  a === b || a.endsWith(`_${b}`) || b.endsWith(`_${a}`)
