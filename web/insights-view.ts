import { listAccountDays } from '../db/insights.ts'
import { postMetrics } from '../platforms/measurer.ts'
import type { WebDeps } from './env.ts'
import { differenceOf } from './insight-changes.ts'
import { drawing, eveOf, type Line, pointWords, titleOf } from './insight-lines.ts'
import { gives, listed, metricLabels } from './insight-metrics.ts'
import { ranges } from './insight-range.ts'
import { tilesOf } from './insight-tiles.ts'
import { hoursIn, type Insights } from './insights-page.ts'
import { postRow } from './post-numbers.ts'
import type { View } from './render.ts'

/** The data of the page's templates. */
export const insightsView = async (deps: WebDeps, insights: Insights): Promise<View> => {
  const { workspace, channel, range, fmt } = insights
  const base = `/w/${workspace.slug}`
  const path = `${base}/insights${channel ? `/${channel.id}` : ''}`
  const platformOf = (name: string) => deps.platforms.platforms.get(name)
  const shown = postMetrics.filter((metric) => insights.lines[metric].total !== null && metric !== 'views')
  return {
    base,
    path,
    title: channel ? `${channel.name}: insights` : 'Insights',
    channel: channel && { ...channel, drawn: platformOf(channel.platform), label: platformOf(channel.platform)?.label },
    asked: insights.asked,
    range,
    days: range.days === 1 ? pointWords({ ...range, days: 1 }) : pointWords({ ...range, days: 2 }),
    links: ranges.map((one) => ({ ...one, href: `${path}?range=${one.key}`, current: one.key === range.key })),
    query: range.key === 'own' ? `from=${range.from}&to=${range.to}` : `range=${range.key}`,
    takenAt: insights.takenAt,
    notes: notesOf(deps, insights),
    empty: emptyWords(deps, insights),
    tiles: tilesOf(deps, insights),
    main: chartOf(insights, insights.lines.views, 'large'),
    charts: [...shown, 'followers' as const]
      .filter((metric) => insights.lines[metric].total !== null)
      .map((metric) => chartOf(insights, insights.lines[metric], 'small')),
    posts: insights.posts.map((post) => postRow(platformOf(post.platform), post, fmt)),
    sorts: postMetrics.map((metric) => ({
      key: metric,
      label: metricLabels[metric],
      href: `${path}?${range.key === 'own' ? `from=${range.from}&to=${range.to}` : `range=${range.key}`}&by=${metric}#posts`,
      current: metric === insights.by,
    })),
    hours: hoursIn(insights),
    hoursUntil: insights.hourSpan.to,
    accounts: channel ? [] : accountRows(deps, insights),
    whole: channel ? await listAccountDays(deps.sql, workspace.id, channel.id, range) : [],
  }
}

const chartOf = (insights: Insights, line: Line, size: 'large' | 'small') => ({
  id: line.metric,
  title: titleOf(line, insights.range),
  spec: drawing(line, insights.range, insights.fmt, size),
  compares: line.before.length > 0,
  notes: line.metric === 'followers' ? [] : insights.notes[line.metric],
  isLevel: line.metric === 'followers',
  rows: line.buckets.map((bucket, index) => {
    const place = index - line.buckets.length
    const earlier = line.bucketsBefore.at(place)
    return {
      words: pointWords(bucket),
      now: line.now[index] ?? null,
      before: line.before.at(place) ?? null,
      wordsBefore: earlier ? pointWords(earlier) : '',
    }
  }),
})

/** Account by account: the way to the page of each, and the only fair place for what not all platforms give. */
const accountRows = (deps: WebDeps, insights: Insights) => {
  const { range, accounts, postCounts, fmt } = insights
  const sumsOf = new Map(insights.accountSums.map((one) => [one.channelId, one]))
  const levelOf = new Map(insights.accountFollowers.map((one) => [`${one.channelId} ${one.day}`, one.followers]))
  return accounts.map((account) => {
    const platform = deps.platforms.platforms.get(account.platform)
    const own = sumsOf.get(account.id)
    const followers = levelOf.get(`${account.id} ${range.to}`) ?? null
    return {
      ...account,
      drawn: platform,
      posts: postCounts.get(account.id) ?? 0,
      numbers: postMetrics.map((metric) => ({
        value: own?.[metric] ?? null,
        absent: platform && !gives(platform, metric) ? `not given by ${platform.label}` : 'none yet',
      })),
      followers,
      change: differenceOf(followers, levelOf.get(`${account.id} ${eveOf(range.from)}`) ?? null, fmt),
    }
  })
}

/** What a reader must know to take the numbers for what they are. */
const notesOf = (deps: WebDeps, insights: Insights): string[] => {
  const { range, accounts, incomparable, firstDay } = insights
  const compared = incomparable === null ? range.before : null
  const joined = compared ? accounts.filter((one) => one.firstDay !== null && one.firstDay > compared.from).length : 0
  const resting = accounts.filter((one) => one.problem && (one.restUntil?.getTime() ?? 0) > deps.now())
  return [
    ...range.notes,
    ...(incomparable !== null && firstDay !== null ? [incomparable] : []),
    ...(joined > 0
      ? [
          `${joined === 1 ? 'One account has' : `${joined} accounts have`} numbers only since later than the period before began: part of the change is theirs.`,
        ]
      : []),
    ...resting.map(
      (one) => `${one.name}: nothing is read until ${insights.fmt.when(one.restUntil ?? new Date())}. ${one.problem}`,
    ),
  ]
}

/** Why there is nothing to show, and when there will be; null when there is something. */
const emptyWords = (deps: WebDeps, insights: Insights): { words: string; connect: boolean } | null => {
  const { accounts, firstDay, fmt, lines } = insights
  if (accounts.length === 0)
    return {
      words: 'No account is connected yet. Numbers come as soon as one is, and only for posts that went out from here.',
      connect: true,
    }
  const waiting = accounts.flatMap((one) => one.nextAt?.getTime() ?? [])
  const next = waiting.length > 0 ? new Date(Math.max(deps.now(), Math.min(...waiting))) : null
  if (firstDay === null) {
    return {
      words: `No numbers yet. ${next ? `The first of ${listed(accounts.slice(0, 3).map((one) => one.name))} are read ${fmt.when(next)}.` : 'The followers of an account are read within a day of connecting it.'} A post is read an hour after it went out, then at 6 and 24 hours, then daily.`,
      connect: false,
    }
  }
  const nothing = Object.values(lines).every((line) => line.total === null) && insights.posts.length === 0
  return nothing ? { words: `No numbers in these days. They begin on ${fmt.date(new Date(firstDay))}.`, connect: false } : null
}
