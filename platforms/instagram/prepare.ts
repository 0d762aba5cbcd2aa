import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import type { MediaToSend, Prepared, Publication } from '../platform.ts'
import {
  type ContainerState,
  createContainer,
  lookAt,
  paramsOfCarousel,
  paramsOfItem,
  paramsOfPost,
} from './containers.ts'
import {
  type Container,
  type InstagramHandles,
  readInstagramHandles,
  saveInstagramHandles,
} from './handles.ts'
import { requireQuota } from './quota.ts'

/** Instagram's documentation says 5 minutes, but long reels are known to take longer. */
const longestPreparingMs = 15 * 60_000
/** A container expires after 24 hours. Close to that, its state is read again. */
const containerLifeMs = 23 * 3_600_000
/** A new container may not be visible everywhere immediately. */
const hiddenGraceMs = 2 * 60_000
/**
 * An account may create 400 containers a day, and a file that has failed this often will fail
 * again.
 */
const mostRemakes = 3

/**
 * Creates missing containers and checks their progress. Saves every container before the next step.
 * Ready once the container to publish is FINISHED: it is complete at Instagram, but not public.
 */
export const prepare = async (graph: Graph, publication: Publication): Promise<Prepared> => {
  let handles = readInstagramHandles(publication)
  if (handles.published) return { ready: true }
  if (!handles.main && Object.keys(handles.items).length === 0)
    await requireQuota(graph, publication)
  if (publication.kind === 'carousel' && !handles.main) {
    const looked = await lookAtItems(
      graph,
      publication,
      await createItems(graph, publication, handles),
    )
    if (looked.waiting) return looked.waiting
    handles = looked.handles
  }
  if (!handles.main) {
    await saveInstagramHandles(publication, {
      ...handles,
      main: await createMain(graph, publication, handles),
    })
    return notYet(0)
  }
  return lookAtMain(graph, publication, handles, handles.main)
}

const createItems = async (
  graph: Graph,
  publication: Publication,
  start: InstagramHandles,
): Promise<InstagramHandles> => {
  let handles = start
  for (const [index, item] of publication.media.entries()) {
    if (handles.items[index]) continue
    const container = await createItem(graph, publication, item, index)
    handles = await saveInstagramHandles(publication, {
      ...handles,
      items: { ...handles.items, [index]: container },
    })
  }
  return handles
}

const createItem = (
  graph: Graph,
  publication: Publication,
  item: MediaToSend,
  index: number,
): Promise<Container> =>
  createContainer(graph, publication, paramsOfItem(item, publication.settings)).catch((error) => {
    throw error instanceof PlatformError ? namingItem(error, String(index)) : error
  })

/**
 * Checks the items in order, up to the first one that isn't ready. `waiting` is null if all are
 * ready.
 */
const lookAtItems = async (
  graph: Graph,
  publication: Publication,
  start: InstagramHandles,
): Promise<{ handles: InstagramHandles; waiting: Prepared | null }> => {
  let handles = start
  for (const [index, container] of Object.entries(start.items)) {
    if (container.finished && publication.now() - container.madeAtMs < containerLifeMs) continue
    const look = await lookAt(graph, publication, container)
    if (look.state !== 'ready') {
      const { [index]: _, ...others } = handles.items
      return {
        handles,
        waiting: await judge(publication, { ...handles, items: others }, container, look, index),
      }
    }
    const items = { ...handles.items, [index]: { ...container, finished: true } }
    handles = await saveInstagramHandles(publication, { ...handles, items })
  }
  return { handles, waiting: null }
}

const createMain = (
  graph: Graph,
  publication: Publication,
  { items }: InstagramHandles,
): Promise<Container> => {
  if (publication.kind !== 'carousel')
    return createContainer(graph, publication, paramsOfPost(publication))
  const children = publication.media.flatMap((_, index) => items[index] ?? [])
  return createContainer(graph, publication, paramsOfCarousel(publication, children))
}

/** Also checks a container that was ready before, because it may have expired or been published. */
const lookAtMain = async (
  graph: Graph,
  publication: Publication,
  handles: InstagramHandles,
  main: Container,
): Promise<Prepared> => {
  const look = await lookAt(graph, publication, main)
  if (look.state === 'published')
    await saveInstagramHandles(publication, { ...handles, published: true })
  if (look.state === 'ready' && !main.finished)
    await saveInstagramHandles(publication, { ...handles, main: { ...main, finished: true } })
  if (look.state === 'ready' || look.state === 'published') return { ready: true }
  // If a carousel has failed or expired, its children can't be reused either.
  return judge(publication, { ...handles, main: null, items: {} }, main, look, null)
}

/** For a container that isn't ready: waits, or forgets it so that the next step creates another. */
const judge = async (
  publication: Publication,
  without: InstagramHandles,
  container: Container,
  look: ContainerState,
  item: string | null,
): Promise<Prepared> => {
  const ageMs = publication.now() - container.madeAtMs
  const patienceMs = look.state === 'hidden' ? hiddenGraceMs : longestPreparingMs
  if ((look.state === 'preparing' || look.state === 'hidden') && ageMs < patienceMs)
    return notYet(ageMs)
  const remade = without.remade + (look.state === 'expired' ? 0 : 1)
  await saveInstagramHandles(publication, { ...without, remade })
  if (look.state === 'expired') return notYet(0)
  const error = look.state === 'failed' ? look.error : tooLong
  throw namingItem(remade > mostRemakes ? givenUp(error) : error, item)
}

/**
 * Short waits at first, since pictures take 3 to 5 s. Then increasingly longer ones, up to 30 s.
 */
const notYet = (ageMs: number): Prepared => ({
  ready: false,
  againInMs: Math.round(Math.min(30_000, Math.max(2_000, ageMs / 2))),
  waitingFor: 'Instagram is fetching and preparing the files.',
})

const tooLong = new PlatformError({
  kind: 'unavailable',
  code: 'preparing_too_long',
  words: 'Instagram took too long to prepare the file.',
})

const givenUp = ({ problem }: PlatformError): PlatformError =>
  new PlatformError({
    ...problem,
    kind: 'rejected',
    words: `${problem.words} It was tried ${mostRemakes + 1} times.`,
  })

const namingItem = (error: PlatformError, item: string | null): PlatformError =>
  item === null
    ? error
    : new PlatformError({
        ...error.problem,
        words: `Item ${Number(item) + 1}: ${error.problem.words}`,
      })
