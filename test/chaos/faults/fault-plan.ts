import { setTimeout as sleep } from 'node:timers/promises'
import { connectMeta } from '../../support/connect.ts'
import { type House, post, untilAnswers } from '../house.ts'
import type { Residents } from '../residents.ts'
import { setInSandbox } from '../sandbox-settings.ts'
import type { Dice } from './dice.ts'

/** A fault in the format of the sandbox's control port. */
export type Fault = {
  platform: string
  endpoint: string
  when: 'before' | 'after' | 'late'
  kind: string
  nth?: number
  code?: number | string
  delayMs?: number
}

/**
 * The calls of each platform that faults may affect, by their names in the sandbox's ledger.
 * Irreversible calls are listed twice.
 */
const endpoints: Record<string, string[]> = {
  facebook: [
    ...twice('feed', 'videos.finish', 'video_reels.finish', 'comments'),
    ...[
      'photos',
      'videos.start',
      'videos.transfer',
      'video_reels.start',
      'rupload',
      'video.read',
      'published_posts.list',
      'post.read',
      'comments.list',
    ],
  ],
  instagram: [
    ...twice('media_publish', 'comments'),
    ...[
      'media',
      'container.read',
      'media.list',
      'stories.list',
      'media.read',
      'comments.list',
      'content_publishing_limit',
    ],
  ],
  tiktok: [
    ...twice('upload'),
    'content/init',
    'video/init',
    'status/fetch',
    'video/list',
    'creator_info/query',
    'oauth/token',
  ],
}

/** Clear refusals: the post or comment fails and says so. Only for calls that then have no effect. */
const refusals: Fault[] = [
  { platform: 'facebook', endpoint: 'feed', when: 'before', kind: 'error', code: 100 },
  { platform: 'instagram', endpoint: 'media_publish', when: 'before', kind: 'error', code: 100 },
  { platform: 'facebook', endpoint: 'comments', when: 'before', kind: 'error', code: 100 },
  {
    platform: 'tiktok',
    endpoint: 'content/init',
    when: 'before',
    kind: 'error',
    code: 'spam_risk_too_many_posts',
  },
]
export const refusalCodes = new Set(refusals.map(({ code }) => String(code)))

/** Every moment with every kind of fault that is possible there. */
const disturbances: Pick<Fault, 'when' | 'kind'>[] = [
  ...['error', 'html503', 'reset', 'timeout', 'slow', 'truncated', 'rate_limited'].map((kind) => ({
    when: 'before' as const,
    kind,
  })),
  ...['error', 'html503', 'reset', 'timeout', 'slow', 'truncated'].map((kind) => ({
    when: 'after' as const,
    kind,
  })),
  ...['reset', 'timeout'].map((kind) => ({ when: 'late' as const, kind })),
]

/**
 * Every moment with every kind on every platform at least once if `count` allows, plus random ones
 * and some refusals.
 */
export const planFaults = (dice: Dice, count: number): Fault[] => {
  const table = Object.keys(endpoints).flatMap((platform) =>
    disturbances.map((disturbance) => ({ platform, ...disturbance })),
  )
  const rows = [
    ...dice.shuffle(table),
    ...Array.from({ length: count }, () => dice.pick(table)),
  ].slice(0, count)
  const faults = rows.map(
    (row): Fault => ({
      ...row,
      endpoint: dice.pick(endpoints[row.platform] ?? []),
      ...delayOf(dice, row),
    }),
  )
  const rare = faults.filter(({ endpoint }) => endpoint === 'oauth/token').slice(renewalsMost)
  for (const fault of rare) fault.endpoint = 'status/fetch'
  const clear = refusals.flatMap((refusal) =>
    Array.from({ length: Math.ceil(count / 150) }, () => refusal),
  )
  return dice.shuffle([...faults, ...clear])
}

/**
 * TikTok's tokens are renewed twice per run. More faults there would only delay all of its posts by
 * half a minute each.
 */
const renewalsMost = 2

/** Late effects and delays of lists together stay below the three minutes of reconciliation. */
const delayOf = (
  dice: Dice,
  { when, kind }: Pick<Fault, 'when' | 'kind'>,
): Pick<Fault, 'delayMs'> => {
  if (when === 'late') return { delayMs: dice.whole(2_000, 100_000) }
  if (kind === 'timeout') return { delayMs: dice.whole(5_000, 90_000) }
  return kind === 'slow' ? { delayMs: dice.whole(1_000, 15_000) } : {}
}

/**
 * Calls of the preparation, which starts when a post is composed, so their faults come at that
 * time.
 */
const ahead = new Set([
  ...['photos', 'videos.start', 'videos.transfer', 'video_reels.start', 'rupload'],
  ...['media', 'content_publishing_limit', 'video/init'],
])

export type FaultTimes = { composingFromMs: number; dueFromMs: number; untilMs: number }

/**
 * Gives the sandbox one fault after another, evenly over the time. Each affects the next call of
 * its endpoint that no other fault affects.
 */
export const carryOutFaults = async (
  house: House,
  dice: Dice,
  faults: Fault[],
  times: FaultTimes,
): Promise<void> => {
  const timed = faults.map((fault) => {
    const isAhead = ahead.has(fault.endpoint)
    return {
      fault,
      atMs: dice.whole(
        isAhead ? times.composingFromMs : times.dueFromMs,
        isAhead ? times.dueFromMs : times.untilMs,
      ),
    }
  })
  for (const { fault, atMs } of timed.sort((a, b) => a.atMs - b.atMs)) {
    await sleep(Math.max(0, atMs - Date.now()))
    await post(`${house.controlUrl}/faults`, {
      ...fault,
      nth: 1 + (await countWaiting(house, fault)),
    })
  }
}

type FaultSeen = { platform: string; endpoint: string; seen: number; nth: number }

/**
 * The sandbox counts a call for every waiting fault, so the second of two has to wait for the
 * second call.
 */
const countWaiting = async (house: House, { platform, endpoint }: Fault): Promise<number> => {
  const all = (await (await fetch(`${house.controlUrl}/faults`)).json()) as FaultSeen[]
  const waiting = all.filter(
    (one) => one.platform === platform && one.endpoint === endpoint && one.seen < one.nth,
  )
  return Math.max(0, ...waiting.map(({ seen, nth }) => nth - seen))
}

/**
 * Every ten seconds, changes the delay of the platforms' lists. Twice expires TikTok's access
 * tokens, and once a person's tokens at Meta.
 */
export const carryOutTroubles = async (
  house: House,
  dice: Dice,
  fromMs: number,
  untilMs: number,
): Promise<void> => {
  const at = (share: number) => sleep(Math.max(0, fromMs + share * (untilMs - fromMs) - Date.now()))
  const expireTiktok = () =>
    post(`${house.controlUrl}/accounts/tiktok/northside.records/expire-tokens`, { access: true })
  const lagging = async () => {
    while (Date.now() < untilMs) {
      await setInSandbox(house, {
        listLagMs: dice.pick([0, 2_000, 10_000, 60_000]),
        tiktokUnknownPublishIdMs: dice.pick([0, 0, 3_000]),
      })
      await sleep(10_000)
    }
    await setInSandbox(house, { listLagMs: 0, tiktokUnknownPublishIdMs: 0 })
  }
  const expiring = async () => {
    await at(0.25)
    await expireTiktok()
    await at(0.6)
    await expireTiktok()
    await at(0.8)
    await post(`${house.controlUrl}/accounts/meta/people/${benId}/state`, { tokens: 'expired' })
  }
  await Promise.all([lagging(), expiring()])
}

/** Reconnects lost accounts; then earlier sends are checked again. */
export const connectAgain = async (house: House, { admin, slug }: Residents): Promise<void> => {
  await post(`${house.controlUrl}/accounts/meta/people/${benId}/state`, { tokens: 'working' })
  for (let tries = 1; ; tries += 1) {
    await untilAnswers(`${house.url}/health/ready`)
    try {
      return void (await connectMeta(admin, slug, 'Ben Southside'))
    } catch (error) {
      if (tries === 5) throw error // each killed server may have left one dead connection open
    }
  }
}

/** The person whose tokens expire: "Ben Southside" of the sandbox's first people. */
const benId = '10200000000000002'
export const expiredAccount = 'Southside Club'

function twice(...names: string[]): string[] {
  return [...names, ...names]
}
