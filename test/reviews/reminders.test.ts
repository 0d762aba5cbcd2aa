import { describe, expect, it } from 'vitest'
import { dueStepOf } from '../../activities/reviews/facts.ts'
import type { ReviewToDrive } from '../../db/posts/reviews/steps.ts'

/** When the steps of a review come, from its row and a clock. */

const hourMs = 3_600_000
const noon = Date.UTC(2026, 5, 10, 12)
const review = (facts: Partial<ReviewToDrive> & { dueAt: Date }): ReviewToDrive => ({
  postId: 'post',
  workspaceId: 'workspace',
  state: 'waiting',
  stage: 'team',
  round: 1,
  toldAt: new Date(noon - 10 * 24 * hourMs),
  steps: [],
  isDraft: false,
  zone: 'Europe/Zurich',
  ...facts,
})
const at = (text: string) => Date.parse(text)
/** What happens from `nowMs` until the time of the post, and when. */
const storyOf = (row: ReviewToDrive, nowMs: number): [string, string][] => {
  const story: [string, string][] = []
  for (let now = nowMs, one = row; story.length < 10; ) {
    const step = dueStepOf(one, now)
    if (!step) return story
    now = Math.max(now, step.at)
    story.push([step.do, new Date(now).toISOString().slice(0, 16)])
    if (step.do === 'hold') return story
    one = { ...one, steps: step.reminders }
  }
  return story
}

describe('when a review reminds', () => {
  it('a day and two hours before, then the admins an hour before, then it holds the post', () => {
    const row = review({ dueAt: new Date('2026-06-11T14:00:00Z') })
    expect(storyOf(row, noon - 48 * hourMs)).toEqual([
      ['remind', '2026-06-10T14:00'],
      ['remind', '2026-06-11T12:00'],
      ['escalate', '2026-06-11T13:00'],
      ['hold', '2026-06-11T14:00'],
    ])
  })

  it('never at night: what falls into the night comes in the evening before, by the clock of the zone', () => {
    const early = review({ dueAt: new Date('2026-06-11T05:00:00Z') }) // 7 AM in Zurich
    expect(storyOf(early, at('2026-06-01T00:00:00Z'))).toEqual([
      ['remind', '2026-06-09T18:00'],
      ['remind', '2026-06-10T18:00'],
      ['escalate', '2026-06-10T18:00'],
      ['hold', '2026-06-11T05:00'],
    ])
    const there = review({ dueAt: new Date('2026-06-11T14:00:00Z'), zone: 'America/Los_Angeles' })
    expect(storyOf(there, at('2026-06-01T00:00:00Z'))[1]).toEqual(['remind', '2026-06-11T03:00'])
  })

  it('by the clock on both sides of a change to summer time', () => {
    const spring = review({
      dueAt: new Date('2026-03-29T05:00:00Z'), // 7 AM, on the day on which the clocks go forward
      toldAt: new Date('2026-03-01T00:00:00Z'),
    })
    expect(storyOf(spring, at('2026-03-20T00:00:00Z'))).toEqual([
      ['remind', '2026-03-27T19:00'],
      ['remind', '2026-03-28T19:00'],
      ['escalate', '2026-03-28T19:00'],
      ['hold', '2026-03-29T05:00'],
    ])
  })

  it('not about what had passed when it was asked, but tells the admins, and only the last of two late ones comes', () => {
    const short = review({ dueAt: new Date(noon + hourMs / 2), toldAt: new Date(noon) })
    expect(storyOf(short, noon)).toEqual([
      ['escalate', '2026-06-10T12:00'],
      ['hold', '2026-06-10T12:30'],
    ])
    const late = review({ dueAt: new Date(noon + 1.5 * hourMs) })
    expect(storyOf(late, noon).map(([what]) => what)).toEqual(['remind', 'escalate', 'hold'])
  })
})
