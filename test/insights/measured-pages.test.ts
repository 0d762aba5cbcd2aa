import { parseHTML } from 'linkedom'
import { beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import {
  type Connected,
  type MeasuringWorld,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'

const hourMs = 3_600_000

let app: TestApp
let world: MeasuringWorld
let channels: Record<string, Connected>
beforeAll(async () => {
  const clock = { now: Date.now }
  app = await createTestApp({ now: () => clock.now() })
  world = await startMeasuringWorld({
    sql: app.sql,
    workspaceId: app.workspaces.northside,
    adminId: app.cast.admin.id,
  })
  clock.now = world.rig.now
  await world.rig.set({ insightsLagMs: hourMs, insightsCurveMs: 20 * hourMs })
  channels = { ...(await world.connect('meta')), ...(await world.connect('tiktok')) }
}, 60_000)

/** The terms of a definition list with their values. */
const termsIn = (html: string, place: string): Record<string, string> => {
  const entries = [...parseHTML(html).document.querySelectorAll(`${place} dl > div`)].map((row) => [
    row.querySelector('dt')?.textContent?.trim() ?? '',
    row.querySelector('dd')?.textContent?.trim() ?? '',
  ])
  return Object.fromEntries(entries)
}
/** The sandbox's name for each number → the label on the page. */
const labels = {
  views: 'Views',
  reach: 'Reach',
  likes: 'Likes',
  comments: 'Comments',
  shares: 'Shares',
  saved: 'Saves',
}

test.each([
  ['facebook', 'photo'],
  ['instagram', 'reel'],
  ['tiktok', 'video'],
])(
  "promise U3: %s: the numbers on the page of a post exactly match the platform's at that moment",
  async (platform, kind) => {
    const post = await world.post(channels[platform]!, kind)
    await world.measure()
    await world.travelTo(post.publishedAt.getTime() + 26 * hourMs)
    await world.rig.control('POST', '/clock', { stopped: true })
    const truth = await world.rig.control<Record<string, number>>(
      'GET',
      `/ledger/posts/${platform}/${post.platformPostId}/numbers`,
    )
    await world.measure()
    await world.rig.control('POST', '/clock', { stopped: false })
    const { status, text } = await app.cast.manager.get(`/w/northside/posts/${post.postId}`)
    expect(status).toBe(200)
    const printed = termsIn(text, '.numbers')
    const given = app.deps.platforms.platforms.get(platform)!.measure.names(kind)
    for (const [name, label] of Object.entries(labels)) {
      const isGiven = (name === 'saved' ? 'saves' : name) in given
      if (isGiven)
        expect([label, Number(printed[label]?.replaceAll(',', ''))]).toEqual([label, truth[name]])
      else expect(printed[label]).not.toMatch(/\d/)
    }
    expect(truth.views).toBeGreaterThan(100)
    expect((await app.cast.outsider.get(`/w/northside/posts/${post.postId}`)).status).toBe(404)
  },
)
