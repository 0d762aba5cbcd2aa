import { describe, expect, it } from 'vitest'
import { facebookMetrics } from '../../platforms/facebook/metrics.ts'
import { numberIn } from '../../platforms/graph/insights.ts'
import { inWholeMilliseconds } from '../../platforms/own-metrics.ts'
import { soundNumbers, unsoundWords } from '../../platforms/sound-numbers.ts'
import { countersSchema } from '../../platforms/tiktok/answers.ts'

describe('a number that a platform sends', () => {
  it('is kept when it is whole, not negative and can be stored', () => {
    const long = 9_007_199_254_740_991
    const numbers = {
      views: long,
      reach: 0,
      likes: 2_147_483_647,
      followers: null,
      watch_time: long,
    }
    expect(soundNumbers(numbers)).toEqual({ sound: numbers, unsound: [] })
  })

  it.each([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e17])(
    'is ignored when it is %d, and is reported',
    (odd) => {
      expect(soundNumbers({ views: odd, likes: 3 })).toEqual({
        sound: { likes: 3 },
        unsound: ['views'],
      })
      expect(soundNumbers({ watch_time: odd, likes: 3 })).toEqual({
        sound: { likes: 3 },
        unsound: ['watch_time'],
      })
      expect(unsoundWords('TikTok', ['views', 'views', 'likes'])).toBe(
        'TikTok sent something that cannot be a number of views or likes. It counts as not given.',
      )
    },
  )

  it('is ignored when it is too large for the database', () => {
    expect(soundNumbers({ likes: 2_147_483_648 })).toEqual({ sound: {}, unsound: ['likes'] })
  })

  it('is rounded if it is a time with a fraction of a millisecond, and only then', () => {
    const given = { average_watch_time: 4_200.6, watch_time: 0.4, clicks: 2.5, views: 1.5 }
    expect(soundNumbers(inWholeMilliseconds(facebookMetrics, given))).toEqual({
      sound: { average_watch_time: 4_201, watch_time: 0 },
      unsound: ['clicks', 'views'],
    })
    const odd = { average_watch_time: Number.NaN, watch_time: -700.2 }
    expect(soundNumbers(inWholeMilliseconds(facebookMetrics, odd)).unsound).toEqual([
      'average_watch_time',
      'watch_time',
    ])
  })

  it('does not affect other numbers when it is text, for both Meta and TikTok', () => {
    expect(numberIn(new Map([['views', '12']]), 'views')).toBeNaN()
    expect(numberIn(new Map(), 'views')).toBeUndefined()
    const { videos } = countersSchema.parse({
      videos: [{ id: '1', view_count: '12', like_count: 3 }],
    })
    expect(videos?.[0]).toMatchObject({ view_count: Number.NaN, like_count: 3 })
    expect(videos?.[0]?.share_count).toBeUndefined()
  })
})
