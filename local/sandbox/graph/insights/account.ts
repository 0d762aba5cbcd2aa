import type { GraphCall } from '../calls/call.ts'
import { requireInstagram } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import { graphTime } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { InstagramAccount } from '../state.ts'
import { actsOf } from './acts.ts'
import { insight, readMetrics, readMoment, timePaging } from './answer.ts'
import {
  addUp,
  difference,
  followersAt,
  insightsMoment,
  olderReception,
  type Reception,
  reception,
} from './audience.ts'
import { pacificDays } from './pacific-day.ts'

const dayMs = 86_400_000

type Got = Reception & { replies: number }

/** The total of each metric for a period (fact sheet 4.3). */
const totals: Record<string, (got: Got) => number> = {
  reach: (got) => got.reach,
  views: (got) => got.views,
  accounts_engaged: (got) => Math.floor(got.interactions * 0.8),
  total_interactions: (got) => got.interactions,
  likes: (got) => got.likes,
  comments: (got) => got.comments,
  shares: (got) => got.shares,
  saves: (got) => got.saved,
  replies: (got) => got.replies,
  reposts: () => 0,
  profile_links_taps: (got) => Math.floor(got.views / 200),
  profile_views: (got) => Math.floor(got.views / 60),
  website_clicks: (got) => Math.floor(got.views / 300),
}
const notSimulated = [
  'follows_and_unfollows',
  'online_followers',
  'follower_demographics',
  'engaged_audience_demographics',
]

/** GET /{ig-user-id}/insights. */
export function readAccountInsights(call: GraphCall): object {
  const { meta, parameters } = call
  const scopes = ['instagram_basic', 'instagram_manage_insights']
  const { account } = requireInstagram(meta, call.caller, call.c.req.param('id') ?? '', {
    scopes,
    method: 'get',
  })
  const names = readMetrics(call, [...Object.keys(totals), 'follower_count', ...notSimulated])
  const missing = names.find((name) => notSimulated.includes(name))
  if (missing || parameters.text('breakdown'))
    throw new NotSimulated(missing ? `the metric ${missing}` : 'breakdowns of account insights')
  if (parameters.text('period') !== 'day')
    throw refuse.parameter('The period of these metrics has to be day')
  const asTotal = parameters.text('metric_type') === 'total_value'
  const untyped = names.filter((name) => !asTotal && name !== 'reach' && name !== 'follower_count')
  if (untyped.length > 0) {
    throw refuse.parameter(
      `The following metrics (${untyped.join(', ')}) should be specified with parameter metric_type=total_value`,
    )
  }
  const span = readSpan(call)
  const data = names
    .map((name) => showMetric(meta, account, name, asTotal, span))
    .filter((shown) => shown !== null)
  return { data, paging: timePaging(call, span.sinceMs, span.untilMs) }
}

type Span = { sinceMs: number; untilMs: number }

function readSpan(call: GraphCall): Span {
  const untilMs = readMoment(call, 'until') ?? call.meta.world.clock.now()
  const sinceMs = readMoment(call, 'since') ?? untilMs - dayMs
  if (untilMs < sinceMs) throw refuse.parameter('The parameter since has to lie before until.')
  if (untilMs - sinceMs > 30 * dayMs)
    throw refuse.parameter('There cannot be more than 30 days (2592000 s) between since and until.')
  return { sinceMs, untilMs }
}

function showMetric(
  meta: Meta,
  account: InstagramAccount,
  name: string,
  asTotal: boolean,
  span: Span,
): object | null {
  const moment = insightsMoment(meta)
  if (span.sinceMs > moment) return null
  if (asTotal) {
    const value =
      totals[name]?.(received(meta, account.id, span.sinceMs, Math.min(span.untilMs, moment))) ?? 0
    return insight(account.id, name, 'day', { total_value: { value } })
  }
  // The number of followers is available only for accounts with at least 100.
  if (name === 'follower_count' && account.followers < 100) return null
  const values = pacificDays(span.sinceMs, Math.min(span.untilMs, moment)).map(
    ({ startMs, endMs }) => ({
      value:
        name === 'reach'
          ? received(meta, account.id, startMs, endMs).reach
          : Math.max(0, followersAt(account, endMs) - followersAt(account, startMs)),
      end_time: graphTime(endMs),
    }),
  )
  return insight(account.id, name, 'day', { values })
}

/** The numbers of all the account's media, including older ones, between two times. */
function received(meta: Meta, accountId: string, fromMs: number, toMs: number): Got {
  const own = Object.values(meta.state.media).filter(
    (media) => media.accountId === accountId && !media.isChild,
  )
  const sum = (atMs: number) =>
    addUp([olderReception(accountId, atMs), ...own.map((media) => reception(meta, media, atMs))])
  const stories = own.filter(({ product }) => product === 'STORY')
  const replies = (atMs: number) =>
    stories.reduce((total, story) => total + actsOf(story, reception(meta, story, atMs)).replies, 0)
  return { ...difference(sum(toMs), sum(fromMs)), replies: replies(toMs) - replies(fromMs) }
}
