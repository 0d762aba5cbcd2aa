import { createHash } from 'node:crypto'
import { numberAt, recordAt, textAt } from '../graph/json.ts'
import type { Publication } from '../platform.ts'
import type { Via } from './account.ts'
import { optionsKey } from './options.ts'

/** A container at Instagram: an unpublished post that Instagram keeps for 24 hours. */
export type Container = { id: string; madeAtMs: number; finished: boolean; via: Via }

/**
 * What has been created for the current content. `main` is what gets published. `items` are a
 * carousel's children, by position.
 */
export type InstagramHandles = {
  /** Identifies the content of the containers. A different text or picture needs new ones. */
  contentKey: string
  main: Container | null
  items: Record<string, Container>
  /** How many times containers were created again because Instagram couldn't use them. */
  remade: number
  /** True if Instagram was seen to have published `main`: it must never be published again. */
  published: boolean
}

/** The handles for the current content. Empty if the content has changed since. */
export const readInstagramHandles = (publication: Publication): InstagramHandles => {
  const { handles } = publication
  const contentKey = contentKeyOf(publication)
  const empty: InstagramHandles = { contentKey, main: null, items: {}, remade: 0, published: false }
  if (textAt(handles, 'contentKey') !== contentKey) return empty
  const items = Object.keys(recordAt(handles, 'items')).flatMap((position) => {
    const container = readContainer(publication, 'items', position)
    return container ? [[position, container] as const] : []
  })
  return {
    contentKey,
    main: readContainer(publication, 'main'),
    items: Object.fromEntries(items),
    remade: numberAt(handles, 'remade') ?? 0,
    published: handles.published === true,
  }
}

export const saveInstagramHandles = async (
  publication: Publication,
  handles: InstagramHandles,
): Promise<InstagramHandles> => {
  await publication.save({ ...handles })
  return handles
}

const readContainer = ({ handles }: Publication, ...path: string[]): Container | null => {
  const container = recordAt(handles, ...path)
  const id = textAt(container, 'id')
  const via: Via = container.via === 'account' ? 'account' : 'grant'
  return id
    ? {
        id,
        madeAtMs: numberAt(container, 'madeAtMs') ?? 0,
        finished: container.finished === true,
        via,
      }
    : null
}

/** Leaves out media URLs: they differ per attempt, and Instagram has already fetched the files. */
const contentKeyOf = ({ account, kind, text, media, settings }: Publication): string =>
  createHash('sha256')
    .update(
      JSON.stringify([account.id, kind, text, media.map((item) => [item.id, item.altText])]) +
        optionsKey(settings),
    )
    .digest('base64url')
