import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import { rotatedSize } from '../../../media/edits.ts'
import type { ChannelDraft, Composer } from '../composer.ts'
import { type Fault, faultSentence, faultsOf } from '../composer-faults.ts'

/** A line of the card that says what is missing, with one action at most. */
export type ComposerCheck = {
  /** `todo` blocks scheduling, `hint` doesn't. */
  tone: 'ready' | 'todo' | 'hint'
  icon: string
  words: string
  /** A link to a field, or the button that opens the editor of a file. */
  action: { label: string; href: string } | { label: string; edit: string } | null
}

/** What keeps the post from being scheduled, then suggestions. The time is asked for elsewhere. */
export const checksOf = (
  composer: Composer,
  chosen: ChannelDraft[],
  nowMs: number,
): ComposerCheck[] => {
  if (chosen.length === 0 && composer.accounts === 0) return []
  const faults = faultsOf(composer, 'schedule', nowMs).filter(({ rule }) => rule !== 'time_missing')
  const sentences = new Map(faults.map((fault) => [faultSentence(fault), fault]))
  const blocking = [...sentences].map(
    ([words, fault]): ComposerCheck => ({
      tone: 'todo',
      icon: 'alert-circle',
      words,
      action: { label: 'Fix', href: `#${fieldOf(fault)}` },
    }),
  )
  return [
    ...(blocking.length > 0 ? blocking : [ready(chosen)]),
    ...notesOf(chosen, composer.media[0]),
    ...composer.media.flatMap((item, index) => shapeCheck(chosen, item, index + 1)),
    ...composer.media.flatMap(altCheck),
  ]
}

const ready = (chosen: ChannelDraft[]): ComposerCheck => ({
  tone: 'ready',
  icon: 'circle-check',
  words:
    chosen.length === 1
      ? `Ready for ${chosen[0]?.platform.label}`
      : `Ready for ${chosen.length === 2 ? 'both' : `all ${chosen.length}`} accounts`,
  action: null,
})

/** The id of the field that the fault is about. */
const fieldOf = ({ place, channelId, setting }: Fault): string => {
  if (place === 'settings' && setting) return `${channelId}.${setting}`
  if (place === 'settings') return `settings-${channelId}`
  if (place === 'kind') return `kind-${channelId}`
  return { text: 'words', link: 'link', media: 'files', channels: 'where', time: 'when' }[place]
}

/** What happens to the post, or to its files, at the chosen platforms. Each once. */
const notesOf = (chosen: ChannelDraft[], first: ComposedMedia | undefined): ComposerCheck[] => {
  const onMedia = chosen.flatMap(({ platform, draft }) => platform.noteOnMedia?.(draft) ?? [])
  const onApp = chosen.flatMap(({ platform, draft }) => platform.noteOnApp?.(draft) ?? [])
  return [
    ...[...new Set(onMedia)].map(
      (words): ComposerCheck => ({
        tone: 'hint',
        icon: 'crop',
        words,
        action: first ? { label: 'Adjust crop', edit: first.id } : null,
      }),
    ),
    ...[...new Set(onApp)].map(
      (words): ComposerCheck => ({ tone: 'hint', icon: 'info-circle', words, action: null }),
    ),
  ]
}

/** A file that a platform doesn't show whole. Cuts in a carousel come from its first file. */
const shapeCheck = (
  chosen: ChannelDraft[],
  item: ComposedMedia,
  position: number,
): ComposerCheck[] => {
  const { width, height } = rotatedSize(item, item.edits)
  const crop = item.edits?.crop
  const ratio = crop ? (crop.width * width) / (crop.height * height) : width / height
  const cut = chosen
    .filter(({ platform, draft }) => !platform.noteOnMedia?.(draft))
    .flatMap(({ platform, kind }) => {
      const shape = platform.kinds.find(({ name }) => name === kind)?.shape
      return shape?.outside ? [shape] : []
    })
    .find(
      ({ least = 0, most = Number.POSITIVE_INFINITY }) =>
        ratio < least - 0.005 || ratio > most + 0.005,
    )
  if (!cut) return []
  const side = ratio > (cut.most ?? Number.POSITIVE_INFINITY) ? 'wide' : 'tall'
  return [
    {
      tone: 'hint',
      icon: 'crop',
      words: `${nameOf(item, position)} is too ${side}: ${lowered(cut.outside ?? '')}.`,
      action: { label: 'Adjust crop', edit: item.id },
    },
  ]
}

const altCheck = (item: ComposedMedia, index: number): ComposerCheck[] =>
  item.altText.trim() === '' && item.kind === 'image'
    ? [
        {
          tone: 'hint',
          icon: 'alt',
          words: `${nameOf(item, index + 1)} has no alt text.`,
          action: { label: 'Add', href: `#alt-${item.id}` },
        },
      ]
    : []

const nameOf = ({ kind }: ComposedMedia, position: number): string =>
  `${kind === 'video' ? 'Video' : 'Photo'} ${position}`

const lowered = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)
