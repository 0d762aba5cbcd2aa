import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import type { MediaToSend, Prepared, Publication } from '../platform.ts'
import { type ContainerState, createContainer, lookAt, paramsOfCarousel, paramsOfItem, paramsOfPost } from './containers.ts'
import { type Container, type Handles, readHandles, saveHandles } from './handles.ts'
import { requireQuota } from './quota.ts'

/** Instagram's documents say 5 minutes; long reels are known to need more. */
const longestPreparingMs = 15 * 60_000
/** A container lives 24 h; one that is nearly over is asked again. */
const containerLifeMs = 23 * 3_600_000
/** A container that was just made is not visible everywhere at once. */
const hiddenGraceMs = 2 * 60_000
/** 400 containers a day are allowed; a file that failed so often will fail again. */
const mostRemakes = 3

/**
 * Makes what is missing and asks how far it is; every container is saved before the next step. Ready when the one to publish
 * is FINISHED: then it is complete at Instagram and not public.
 */
export const prepare = async (graph: Graph, publication: Publication): Promise<Prepared> => {
  let handles = readHandles(publication)
  if (handles.published) return { ready: true }
  if (!handles.main && Object.keys(handles.items).length === 0) await requireQuota(graph, publication)
  if (publication.kind === 'carousel' && !handles.main) {
    const looked = await lookAtItems(graph, publication, await createItems(graph, publication, handles))
    if (looked.waiting) return looked.waiting
    handles = looked.handles
  }
  if (!handles.main) {
    await saveHandles(publication, { ...handles, main: await createMain(graph, publication, handles) })
    return notYet(0)
  }
  return lookAtMain(graph, publication, handles, handles.main)
}

const createItems = async (graph: Graph, publication: Publication, start: Handles): Promise<Handles> => {
  let handles = start
  for (const [index, item] of publication.media.entries()) {
    if (handles.items[index]) continue
    const container = await createItem(graph, publication, item, index)
    handles = await saveHandles(publication, { ...handles, items: { ...handles.items, [index]: container } })
  }
  return handles
}

const createItem = (graph: Graph, publication: Publication, item: MediaToSend, index: number): Promise<Container> =>
  createContainer(graph, publication, paramsOfItem(item)).catch((error) => {
    throw error instanceof PlatformError ? namingItem(error, String(index)) : error
  })

/** In order, up to the first that is not ready: `waiting` is null when every child is. */
const lookAtItems = async (
  graph: Graph,
  publication: Publication,
  start: Handles,
): Promise<{ handles: Handles; waiting: Prepared | null }> => {
  let handles = start
  for (const [index, container] of Object.entries(start.items)) {
    if (container.finished && publication.now() - container.madeAtMs < containerLifeMs) continue
    const look = await lookAt(graph, publication, container)
    if (look.state !== 'ready') {
      const { [index]: _, ...others } = handles.items
      return { handles, waiting: await judge(publication, { ...handles, items: others }, container, look, index) }
    }
    const items = { ...handles.items, [index]: { ...container, finished: true } }
    handles = await saveHandles(publication, { ...handles, items })
  }
  return { handles, waiting: null }
}

const createMain = (graph: Graph, publication: Publication, { items }: Handles): Promise<Container> => {
  if (publication.kind !== 'carousel') return createContainer(graph, publication, paramsOfPost(publication))
  const children = publication.media.flatMap((_, index) => items[index] ?? [])
  return createContainer(graph, publication, paramsOfCarousel(publication, children))
}

/** Also asked again when it was ready before: it may have expired since, or be published. */
const lookAtMain = async (graph: Graph, publication: Publication, handles: Handles, main: Container): Promise<Prepared> => {
  const look = await lookAt(graph, publication, main)
  if (look.state === 'published') await saveHandles(publication, { ...handles, published: true })
  if (look.state === 'ready' && !main.finished) await saveHandles(publication, { ...handles, main: { ...main, finished: true } })
  if (look.state === 'ready' || look.state === 'published') return { ready: true }
  // The children of a carousel that failed or expired are no better.
  return judge(publication, { ...handles, main: null, items: {} }, main, look, null)
}

/** A container that is not ready: wait for it, or forget it so that the next step makes another. */
const judge = async (
  publication: Publication,
  without: Handles,
  container: Container,
  look: ContainerState,
  item: string | null,
): Promise<Prepared> => {
  const ageMs = publication.now() - container.madeAtMs
  const patienceMs = look.state === 'hidden' ? hiddenGraceMs : longestPreparingMs
  if ((look.state === 'preparing' || look.state === 'hidden') && ageMs < patienceMs) return notYet(ageMs)
  const remade = without.remade + (look.state === 'expired' ? 0 : 1)
  await saveHandles(publication, { ...without, remade })
  if (look.state === 'expired') return notYet(0)
  const error = look.state === 'failed' ? look.error : tooLong
  throw namingItem(remade > mostRemakes ? givenUp(error) : error, item)
}

/** Soon at first, since pictures take 3 to 5 s; then ever later, up to half a minute. */
const notYet = (ageMs: number): Prepared => ({
  ready: false,
  againInMs: Math.round(Math.min(30_000, Math.max(2_000, ageMs / 2))),
  waitingFor: 'Instagram is fetching and preparing the files.',
})

const tooLong = new PlatformError({
  kind: 'unavailable',
  code: 'preparing_too_long',
  words: 'Instagram has been preparing the file for too long.',
})

const givenUp = ({ problem }: PlatformError): PlatformError =>
  new PlatformError({ ...problem, kind: 'rejected', words: `${problem.words} It was tried ${mostRemakes + 1} times.` })

const namingItem = (error: PlatformError, item: string | null): PlatformError =>
  item === null ? error : new PlatformError({ ...error.problem, words: `Item ${Number(item) + 1}: ${error.problem.words}` })
