import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { isHidden } from '../graph/errors.ts'
import { textAt } from '../graph/json.ts'
import type { Checked, FoundPermalink, Publication, Publisher, Sent } from '../platform.ts'
import { asAccount, tokenOf } from './account.ts'
import { createInstagramCommenter } from './comment.ts'
import { lookAt } from './containers.ts'
import { readInstagramHandles } from './handles.ts'
import { findLikely } from './media-list.ts'
import { prepare } from './prepare.ts'
import { reconcileOnInstagram } from './reconcile.ts'

/**
 * The publishing steps for an Instagram account: create a container, wait for FINISHED, call
 * `media_publish` once.
 */
export const createInstagramPublisher = (graph: Graph): Publisher => ({
  prepare: (publication) => prepare(graph, publication),
  send: (publication) => send(graph, publication),
  check: (publication) => check(graph, publication),
  reconcile: (publication, attempt) => reconcileOnInstagram(graph, publication, attempt),
  findPermalink: (publication, platformPostId) => findPermalink(graph, publication, platformPostId),
  comment: createInstagramCommenter(graph),
})

/**
 * Publishes only a FINISHED container. One that was seen as PUBLISHED is never published again,
 * because the effect is unknown.
 */
const send = async (graph: Graph, publication: Publication): Promise<Sent> => {
  const { account } = publication
  const { main, published } = readInstagramHandles(publication)
  if (main && published) return publishedBefore(graph, publication, main.madeAtMs)
  if (!main?.finished) throw notPrepared
  const params = { creation_id: main.id }
  const body = await graph.send(
    `${account.id}/media_publish`,
    tokenOf(account, main.via),
    params,
    publication,
  )
  const platformPostId = textAt(body, 'id')
  if (!platformPostId) throw unclear
  return {
    state: 'published',
    platformPostId,
    confirmedBy: 'Instagram returned the post’s ID.',
  }
}

const notPrepared = new PlatformError({
  kind: 'unavailable',
  code: 'not_prepared',
  words: 'The post isn’t prepared yet, so nothing was sent.',
})

const unclear = new PlatformError({
  kind: 'unknown_outcome',
  code: 'no_media_id',
  words: 'Instagram’s answer doesn’t say whether the post was published.',
})

const publishedBefore = async (graph: Graph, publication: Publication, sinceMs: number) => {
  const confirmedBy = 'Instagram reports this post as published.'
  return {
    state: 'published' as const,
    platformPostId: await onlyLikely(graph, publication, sinceMs),
    confirmedBy,
  }
}

/** After a send with an unknown outcome, reads the container's state. */
const check = async (graph: Graph, publication: Publication): Promise<Checked> => {
  const { main } = readInstagramHandles(publication)
  if (!main) throw notPrepared
  const look = await lookAt(graph, publication, main)
  if (look.state === 'published') return publishedBefore(graph, publication, main.madeAtMs)
  if (look.state === 'failed') return { state: 'failed', problem: look.error.problem }
  return {
    state: 'processing',
    againInMs: 10_000,
    waitingFor: 'Instagram hasn’t published it yet.',
  }
}

/**
 * A PUBLISHED container doesn't contain the media id. It is taken from the list if exactly one
 * entry there matches this post.
 */
const onlyLikely = async (
  graph: Graph,
  publication: Publication,
  sinceMs: number,
): Promise<string | null> => {
  const [id, ...others] = await findLikely(graph, publication, sinceMs)
  return id !== undefined && others.length === 0 ? id : null
}

/** Lists lag by a few seconds. If the post can't be identified within an hour, it never will be. */
const listHopeMs = 3_600_000

const findPermalink = async (
  graph: Graph,
  publication: Publication,
  known: string | null,
): Promise<FoundPermalink> => {
  const madeAtMs = readInstagramHandles(publication).main?.madeAtMs ?? publication.now()
  const platformPostId = known ?? (await onlyLikely(graph, publication, madeAtMs))
  if (!platformPostId)
    return { permalink: null, platformPostId, final: publication.now() - madeAtMs > listHopeMs }
  const { account, signal } = publication
  try {
    const { value } = await asAccount(account, (token) =>
      graph.get(platformPostId, token, { fields: 'permalink' }, signal),
    )
    const permalink = textAt(value, 'permalink')
    return { permalink, platformPostId, final: permalink !== null }
  } catch (error) {
    if (error instanceof PlatformError && isHidden(error))
      return { permalink: null, platformPostId, final: true }
    throw error
  }
}
