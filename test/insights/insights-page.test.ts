import { tmpdir } from 'node:os'
import { pathToFileURL } from 'node:url'
import { parseHTML } from 'linkedom'
import { beforeAll, expect, test } from 'vitest'
import { insertSession } from '../../db/people/sessions.ts'
import type { Document } from '../../local/people/person.ts'
import { createDiskStore } from '../../media/store.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import { createApp } from '../../web/app.ts'
import { valueWords } from '../../web/insights/own-metrics.ts'
import { createLive } from '../../web/notifications/live.ts'
import { formats } from '../../web/time/formats.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { type Browser, createBrowser } from '../support/browsing.ts'
import { testConfig } from '../support/config.ts'
import { european } from '../support/european.ts'
import { expectedNumbers, type LedgerNumbers } from '../support/insights/expected-numbers.ts'
import {
  type Connected,
  type MeasuringWorld,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'
import { withoutTemporal } from '../support/without-temporal.ts'

const hourMs = 3_600_000
let world: MeasuringWorld
let channels: Record<string, Connected>
let manager: Browser

beforeAll(async () => {
  world = await startMeasuringWorld()
  await world.rig.set({ insightsLagMs: hourMs, insightsCurveMs: 20 * hourMs })
  channels = { ...(await world.connect('meta')), ...(await world.connect('tiktok')) }
  const config = testConfig()
  const live = await createLive(world.sql, world.deps.log)
  atTheEnd(() => live.close())
  const mediaStore = createDiskStore(pathToFileURL(tmpdir()).href)
  const app = createApp({ ...world.deps, config, live, mediaStore, temporal: withoutTemporal })
  manager = createBrowser(app, config.publicUrl)
  manager.setCookie(
    `__Host-session=${await insertSession(world.sql, world.adminId, new Date(world.rig.now()))}`,
  )
}, 60_000)

test.each([
  ['facebook', 'photo'],
  ['instagram', 'reel'],
  ['tiktok', 'video'],
] as const)(
  "promise U3: %s: the numbers on the page of a post exactly match the platform's at that moment",
  { timeout: 60_000 },
  async (name, kind) => {
    const post = await world.post(channels[name]!, kind)
    await world.travelTo(post.publishedAt.getTime() + 7 * hourMs)
    await world.measure()
    await world.travelTo(post.publishedAt.getTime() + 30 * hourMs)
    await world.rig.control('POST', '/clock', { stopped: true })
    const truth = await world.rig.control<LedgerNumbers>(
      'GET',
      `/ledger/posts/${name}/${post.platformPostId}/numbers`,
    )
    await world.measure()
    await world.rig.control('POST', '/clock', { stopped: false })
    const { label, measure } = world.deps.platforms.platforms.get(name)!
    const numbers = expectedNumbers(measure, kind, truth)
    const expected = postMetrics.map((metric) =>
      metric in measure.names(kind)
        ? numbers[metric]!.toLocaleString('en-GB')
        : `not reported by ${label}`,
    )
    const own = measure.ownMetrics.filter(({ names }) => kind in names)
    const ownWords = own.map((one) =>
      valueWords(one, numbers[one.name]!, formats({ zone: 'UTC', dates: european }, 0)),
    )

    const page = await manager.get(`/w/northside/posts/${post.postId}`)
    const document: Document = parseHTML(page.text).document
    const shown = [...document.querySelectorAll(`#target-${post.targetId} .number-row dd`)].map(
      (dd) => dd.textContent?.trim(),
    )
    expect(shown).toEqual([...expected, ...ownWords])
    expect(own.length > 0, 'TikTok has none').toBe(name !== 'tiktok')
    expect(truth.views).toBeGreaterThan(0)
    const csv = (await manager.get(`/w/northside/posts/${post.postId}/numbers.csv`)).text
      .trim()
      .split('\n')
    expect(csv.at(-1)?.split(',').slice(3, 9)).toEqual(
      expected.map((words) => (words.startsWith('not reported') ? '' : words.replaceAll(',', ''))),
    )
    expect(
      csv
        .at(-1)
        ?.split(',')
        .slice(10)
        .map((cell) => cell.trim()),
    ).toEqual(measure.ownMetrics.map((one) => String(numbers[one.name] ?? '')))
    const ranked = (
      await manager.get(
        `/w/northside/insights/${channels[name]!.channelId}.csv?from=2020-01-01&to=2099-01-01`,
      )
    ).text
    const views = ranked
      .trim()
      .split('\n')
      .slice(1)
      .reduce((sum, row) => sum + Number(row.split(',')[1]), 0)
    expect(views).toBe(truth.views)
  },
)
