import { expect, it } from 'vitest'
import type { PostRow } from '../../../db/posts/posts.ts'
import type { TargetRow } from '../../../db/posts/targets.ts'
import { contentOf } from '../../../web/posts/preview/content.ts'
import type { PreviewMedia } from '../../../web/posts/preview/slides.ts'

const file = (altText: string, width = 1000): PreviewMedia => ({
  ...{ id: 'm1', kind: 'image', width, height: 1000, durationMs: null, conversion: null },
  ...{ thumbnailKey: 'there', purgedAt: null, altText, edits: null },
})
const target = (comment: string) =>
  ({ settings: { first_comment: comment } }) as unknown as TargetRow
const post = { id: 'p1', text: 'Ours #vinyl', link: null } as unknown as PostRow

it('a post’s page shows each file whole, and what differs between the accounts once', () => {
  const media = [file('A record', 4_000), file('')]
  const targets = [target('See you'), target('See you'), target('')]
  const texts = [{ label: 'Instagram', text: 'Theirs' }]
  const { whole, facts, text } = contentOf({ post, targets, media }, texts, '/w/northside')
  expect([whole.fit, whole.shape, whole.slides[0]?.picture]).toEqual([
    'contain',
    { width: 1000, height: 524 },
    '/w/northside/media/m1/medium',
  ])
  expect(text).toEqual([{ text: 'Ours ' }, { text: '#vinyl', tint: 'hashtag' }])
  expect(facts.map(({ label, pieces }) => [label, pieces[0]?.text])).toEqual([
    ['Instagram', 'Theirs'],
    ['First comment', 'See you'],
    ['Alt text', 'Added to 1 of 2 files'],
  ])
  const bare = contentOf({ post, targets: [], media: [file('', 100)] }, [], '')
  expect([bare.whole.shape.height, bare.facts.map(({ pieces }) => pieces[0]?.text)]).toEqual([
    1429,
    ['None'],
  ])
})
