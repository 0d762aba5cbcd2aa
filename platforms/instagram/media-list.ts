import type { Graph } from '../graph/client.ts'
import { recordsAt, textAt } from '../graph/json.ts'
import { normalizeText } from '../graph/text.ts'
import type { JsonRecord } from '../json.ts'
import type { Publication } from '../platform.ts'
import { asAccount } from './account.ts'

/** The most that our clock and Meta's are assumed to differ. */
const clockSlackMs = 60_000

/**
 * Ids of the account's media that match this post: same text, same type and not older than
 * `sinceMs`. Stories have their own list and no text, so only time and type are compared.
 */
export const findLikely = async (
  graph: Graph,
  publication: Publication,
  sinceMs: number,
): Promise<string[]> => {
  const { account, kind, signal } = publication
  const isStory = kind === 'story'
  const fields = `id,${isStory ? '' : 'caption,'}timestamp,media_type,media_product_type`
  const params = {
    fields,
    limit: '50',
    since: isStory ? null : String(Math.floor((sinceMs - clockSlackMs) / 1000)),
  }
  const path = `${account.id}/${isStory ? 'stories' : 'media'}`
  const { value } = await asAccount(account, (token) => graph.get(path, token, params, signal))
  return recordsAt(value, 'data')
    .filter((media) => isLike(media, publication, sinceMs - clockSlackMs))
    .map((media) => textAt(media, 'id'))
    .filter((id) => id !== null)
}

const isLike = (media: JsonRecord, publication: Publication, sinceMs: number): boolean => {
  const madeAtMs = Date.parse(textAt(media, 'timestamp') ?? '')
  const sameText =
    publication.kind === 'story' ||
    normalizeText(textAt(media, 'caption') ?? '') === normalizeText(publication.text)
  return madeAtMs >= sinceMs && sameText && isSameSort(media, publication)
}

/** If Instagram omits the type, it counts as a match. */
const isSameSort = (media: JsonRecord, { kind, media: [first] }: Publication): boolean => {
  const product = textAt(media, 'media_product_type')
  const type = textAt(media, 'media_type')
  const products: Record<string, string> = { reel: 'REELS', story: 'STORY' }
  const single = kind === 'reel' || first?.kind === 'video' ? 'VIDEO' : 'IMAGE'
  return (
    (product ?? products[kind] ?? 'FEED') === (products[kind] ?? 'FEED') &&
    (type ?? single) === (kind === 'carousel' ? 'CAROUSEL_ALBUM' : single)
  )
}
