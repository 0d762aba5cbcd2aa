import { createGraph, type MetaSettings } from '../graph/client.ts'
import type { DraftForChannel, Platform, PostKind } from '../platform.ts'
import { createInstagramMeasurer } from './measure.ts'
import { createPublisher } from './publish.ts'
import { captionLimit, check } from './rules.ts'

/** Instagram professional accounts behind a Facebook Page. */
export const createInstagram = (settings: MetaSettings): Platform => ({
  name: 'instagram',
  label: 'Instagram',
  badge: { letters: 'Ig', colour: '#c13584' },
  issuer: 'meta',
  needsDataAccess: true, // Meta: instagram_* permissions stop after 90 days, those of Pages go on
  kinds,
  check,
  suggestKind,
  readSettings: () => ({}),
  postIdIn: (pasted) => (/^\d+$/.test(pasted) ? pasted : null), // addresses hold a short code, the API knows ids only
  publish: createPublisher(createGraph(settings)),
  measure: createInstagramMeasurer(createGraph(settings)),
})

const minute = 60_000

const kinds: PostKind[] = [
  { name: 'image', label: 'Picture', prepareAheadMs: 15 * minute, textLimit: captionLimit },
  { name: 'carousel', label: 'Carousel', prepareAheadMs: 15 * minute, textLimit: captionLimit },
  { name: 'reel', label: 'Reel', prepareAheadMs: 30 * minute, textLimit: captionLimit, frame: 'full-screen' },
  { name: 'story', label: 'Story', prepareAheadMs: 15 * minute, textLimit: 0, frame: 'full-screen' },
]

const suggestKind = ({ media }: Pick<DraftForChannel, 'text' | 'link' | 'media'>): string => {
  if (media.length > 1) return 'carousel'
  return media[0]?.kind === 'video' ? 'reel' : 'image'
}
