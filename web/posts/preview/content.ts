import type { PostRow } from '../../../db/posts/posts.ts'
import type { TargetRow } from '../../../db/posts/targets.ts'
import { firstCommentOf } from '../../../platforms/first-comment.ts'
import { type PreviewMedia, type Slide, slideOf } from './slides.ts'
import { type Piece, tinted } from './tint.ts'

/** What a post's page shows of its content. `whole`: the data of posts/preview/_slides.eta. */
export type Content = {
  whole: {
    id: string
    slides: Slide[]
    shape: { width: number; height: number }
    fit: 'contain'
    cover: null
    /** It is what the page is about, so its first file is loaded first. */
    isMain: true
  }
  text: Piece[]
  facts: { label: string; pieces: Piece[] }[]
}

/** Every file whole, in a frame of the first one's ratio. `texts`: those that differ by platform. */
export const contentOf = (
  { post, targets, media }: { post: PostRow; targets: TargetRow[]; media: PreviewMedia[] },
  texts: { label: string; text: string }[],
  base: string,
): Content => {
  const slides = media.map((one) => slideOf(one, (id, what) => `${base}/media/${id}/${what}`))
  const comments = new Set(targets.map(({ settings }) => firstCommentOf(settings)))
  const described = media.filter(({ altText }) => altText !== '').length
  const facts = [
    ...texts.map(({ label, text }) => ({ label, pieces: colored(text) })),
    ...[...comments]
      .filter((text) => text !== '')
      .map((text) => ({ label: 'First comment', pieces: colored(text) })),
    ...(post.link ? [{ label: 'Link', pieces: colored(post.link) }] : []),
    ...(media.length > 0
      ? [{ label: 'Alt text', pieces: [{ text: altWords(described, media.length) }] }]
      : []),
  ]
  return {
    whole: {
      id: post.id,
      slides,
      shape: wholeFrame(slides),
      fit: 'contain',
      cover: null,
      isMain: true,
    },
    text: colored(post.text),
    facts,
  }
}

const colored = (text: string): Piece[] => tinted(text, ['hashtag', 'mention', 'link'])

const altWords = (described: number, count: number): string => {
  if (described === 0) return 'None'
  return count === 1 ? 'Added' : `Added to ${described} of ${count} files`
}

/** A very tall or wide file doesn't make the page so. */
const wholeFrame = ([first]: Slide[]): Content['whole']['shape'] => {
  const ratio = first ? first.part.width / first.part.height : 1
  return { width: 1_000, height: Math.round(1_000 / Math.min(1.91, Math.max(0.7, ratio))) }
}
