import type { Graph } from '../graph/client.ts'
import { restricted } from '../graph/error-rows/codes.ts'
import { errorOfSubcode } from '../graph/errors.ts'
import type { AttemptToReconcile, Publication, Reconciled } from '../platform.ts'
import { type ContainerState, lookAt } from './containers.ts'
import { readInstagramHandles } from './handles.ts'
import { findLikely } from './media-list.ts'

/** How late a call may take effect or a post may appear in the lists. */
const lateEffectMs = 3 * 60_000

/** The container shows whether it was published. The account's list has the media id. */
export const reconcileOnInstagram = async (
  graph: Graph,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<Reconciled> => {
  const { main } = readInstagramHandles(publication)
  const look = main ? await lookAt(graph, publication, main) : null
  const likely = await findLikely(graph, publication, attempt.sentAtMs)
  const free = likely.filter((id) => !attempt.boundIds.includes(id))
  const late = publication.now() - attempt.sentAtMs > lateEffectMs
  if (look?.state === 'published') return published(free, late)
  if (free.length > 0)
    return {
      outcome: 'unclear',
      proof: `Instagram lists posts that may be this one: ${free.join(', ')}.`,
    }
  return unpublished(look, attempt, late)
}

const published = (free: string[], late: boolean): Reconciled => {
  const [id] = free
  const proof = 'Instagram reports this post as published'
  if (id !== undefined && free.length === 1)
    return { outcome: 'found', platformPostId: id, proof: `${proof}, and lists one post like it.` }
  if (free.length > 1)
    return {
      outcome: 'found',
      platformPostId: null,
      proof: `${proof}, but several posts look like it.`,
    }
  if (late) return { outcome: 'found', platformPostId: null, proof: `${proof}.` }
  return { outcome: 'unclear', proof: `${proof}, but its list doesn’t show the post yet.` }
}

const unpublished = (
  look: ContainerState | null,
  { answer }: AttemptToReconcile,
  late: boolean,
): Reconciled => {
  if (!look || look.state === 'hidden')
    return {
      outcome: 'absent',
      certain: false,
      proof: 'Instagram shows neither the prepared post nor a published one.',
    }
  // Retrying soon would extend the block, so the caller is told how long to wait.
  if (late && look.state === 'ready' && answer?.subcode === String(restricted))
    return {
      outcome: 'refused',
      problem: { ...errorOfSubcode(restricted, '').problem, traceId: answer.traceId },
    }
  const names = {
    preparing: 'still preparing',
    ready: 'ready',
    expired: 'expired',
    failed: 'failed',
    published: 'published',
  }
  const certain = late || look.state === 'expired' || look.state === 'failed'
  return {
    outcome: 'absent',
    certain,
    proof: `Instagram reports the prepared post as ${names[look.state]}, so it wasn’t published.`,
  }
}
