import { createHash } from 'node:crypto'
import { numberAt, recordAt, textAt } from '../graph/json.ts'
import type { Publication } from '../platform.ts'
import type { Via } from './account.ts'

/** A container at Instagram: a half-made post that lives 24 h. */
export type Container = { id: string; madeAtMs: number; finished: boolean; via: Via }

/** What is made so far for one content. `main` is what gets published; `items` are a carousel's children, by position. */
export type Handles = {
  /** Of the content that the containers hold: another text or picture needs others. */
  contentKey: string
  main: Container | null
  items: Record<string, Container>
  /** How often containers had to be made anew because Instagram could not use them. */
  remade: number
  /** Instagram was seen to have published `main`: it must never be published again. */
  published: boolean
}

/** The handles of this very content; empty ones when it has changed since. */
export const readHandles = (publication: Publication): Handles => {
  const { handles } = publication
  const contentKey = contentKeyOf(publication)
  const empty: Handles = { contentKey, main: null, items: {}, remade: 0, published: false }
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

export const saveHandles = async (publication: Publication, handles: Handles): Promise<Handles> => {
  await publication.save({ ...handles })
  return handles
}

const readContainer = ({ handles }: Publication, ...path: string[]): Container | null => {
  const container = recordAt(handles, ...path)
  const id = textAt(container, 'id')
  const via: Via = container.via === 'account' ? 'account' : 'grant'
  return id ? { id, madeAtMs: numberAt(container, 'madeAtMs') ?? 0, finished: container.finished === true, via } : null
}

/** Without the addresses of the media: they differ by attempt, and Instagram has fetched what it needs. */
const contentKeyOf = ({ account, kind, text, media }: Publication): string =>
  createHash('sha256')
    .update(JSON.stringify([account.id, kind, text, media.map((item) => [item.id, item.altText])]))
    .digest('base64url')
