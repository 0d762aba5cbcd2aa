import { firstCommentOf } from '../../../platforms/first-comment.ts'
import type { DraftForChannel, Platform } from '../../../platforms/platform.ts'
import type { PostPreview, PreviewDetails } from '../../../platforms/post-preview.ts'
import { foldPosition } from './fold.ts'
import { type FileAddress, frameOf, type PreviewMedia, type Slide, slideOf } from './slides.ts'
import { photoTiles, type Tiles } from './tiles.ts'
import { type Piece, splitAt, tinted } from './tint.ts'
import { writtenDate } from './written-date.ts'

/** What a post will be at one account. */
export type Previewed = {
  /** Unique on the page. */
  id: string
  platform: Pick<Platform, 'name' | 'label' | 'kinds' | 'previewDetails'>
  account: { name: string; handle: string; avatar: string }
  draft: Pick<DraftForChannel, 'kind' | 'text' | 'link' | 'settings'>
  media: PreviewMedia[]
  /** When it is published, and the current time in epoch milliseconds. */
  at: Date
  now: number
  zone: string
  fileAddress: FileAddress
}

/** The data of web/views/posts/preview/_post.eta. */
export type Preview = {
  id: string
  platform: string
  label: string
  frame: PostPreview['frame']
  account: { name: string; avatar: string }
  /** Such as "and amberline.band". Null without collaborators. */
  others: { names: string | null; count: number } | null
  details: PreviewDetails
  date: string | null
  slides: Slide[]
  /** Null unless the files are tiles. */
  tiles: Tiles | null
  /** The shape of the frame around the files, and whether they fill it or keep their shape in it. */
  shape: { width: number; height: number }
  fit: 'cover' | 'contain'
  /** A picture that is the video's cover. */
  cover: Slide | null
  text: FoldedText | null
  isLarge: boolean
  link: { host: string; address: string } | null
  comment: { words: string; text: FoldedText } | null
  buttons: NonNullable<PostPreview['buttons']>
  safeArea: NonNullable<PostPreview['safeArea']> | null
}

type FoldedText = { shown: Piece[]; rest: Piece[]; more: string }

export const previewOf = (given: Previewed): Preview => {
  const { id, platform, account, draft, media } = given
  const looks: PostPreview = platform.kinds.find(({ name }) => name === draft.kind)?.preview ?? {
    frame: 'picture-first',
  }
  const details = platform.previewDetails?.(draft) ?? {}
  const name = (looks.accountAs !== 'name' && account.handle) || account.name
  const { slides, cover } = filesOf(given, looks, details)
  const [first] = slides
  const isTiled = looks.files === 'tiles' && slides.length > 1
  const ratio = first ? first.part.width / first.part.height : 1
  const comment = looks.commentWords === undefined ? '' : firstCommentOf(draft.settings)
  const hasText = draft.text !== '' && looks.frame !== 'story' && !details.isTextDropped
  return {
    id,
    platform: platform.name,
    label: platform.label,
    frame: looks.frame,
    account: { name, avatar: account.avatar },
    others: othersOf(details.withNames ?? []),
    details,
    date: looks.date ? writtenDate(looks.date, given.at, given.zone, given.now) : null,
    slides,
    tiles: isTiled ? photoTiles(slides.length, ratio) : null,
    shape: frameOf(slides, looks.ratios),
    fit: looks.ratios?.outside === 'bars' ? 'contain' : 'cover',
    cover,
    text: hasText
      ? folded(draft.text, looks, looks.frame === 'picture-first' ? `${name} ` : '')
      : null,
    isLarge:
      media.length === 0 && draft.link === null && [...draft.text].length <= (looks.largeUpTo ?? 0),
    link: looks.frame === 'text-first' && media.length === 0 ? linkOf(draft.link) : null,
    comment:
      comment === ''
        ? null
        : { words: looks.commentWords ?? '', text: folded(comment, { ...looks, fold: undefined }) },
    buttons: looks.buttons ?? [],
    safeArea: looks.safeArea ?? null,
  }
}

const filesOf = (
  { media, fileAddress }: Previewed,
  looks: PostPreview,
  { coverMs }: PreviewDetails,
): { slides: Slide[]; cover: Slide | null } => {
  const hasCover = looks.isPictureCover && media.some(({ kind }) => kind === 'video')
  const shown = hasCover ? media.filter(({ kind }) => kind === 'video') : media
  const cover = hasCover ? media.find(({ kind }) => kind === 'image') : undefined
  return {
    slides: shown.map((one) => slideOf(one, fileAddress, cover ? undefined : coverMs)),
    cover: cover ? slideOf(cover, fileAddress) : null,
  }
}

type Foldable = { fold?: PostPreview['fold'] | undefined; tints?: PostPreview['tints'] }

const folded = (text: string, { fold, tints = [] }: Foldable, before = ''): FoldedText => {
  const pieces = tinted(text, tints)
  const at = fold ? foldPosition(text, fold, before) : null
  const [shown, rest] = at === null ? [pieces, []] : splitAt(pieces, at)
  return { shown, rest, more: fold?.more ?? '' }
}

const othersOf = ([name, ...more]: string[]): Preview['others'] =>
  name === undefined
    ? null
    : more.length === 0
      ? { names: name, count: 1 }
      : { names: null, count: more.length + 1 }

/** Null for something that is no address (yet). */
const linkOf = (link: string | null): Preview['link'] => {
  if (link === null || !URL.canParse(link)) return null
  const { hostname } = new URL(link)
  return hostname === '' ? null : { host: hostname.replace(/^www\./, ''), address: link }
}
