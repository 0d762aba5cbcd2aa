import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { ago, day, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let app: TestApp
let url: string
let open: Stage['open']
let channels: Record<PlatformName, string>
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const platforms: PlatformName[] = ['facebook', 'instagram', 'tiktok']
/** `SCREENS=folder` saves a screenshot of every situation. */
const screens = process.env.SCREENS

beforeAll(async () => {
  ;({ app, url, open } = await startStage())
  channels = await connectAll(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
  })
}, 120_000)

/**
 * Days with numbers, from `first` to `last` days ago: 400 to 700 views, and eight more followers
 * each day.
 */
const read = async (platform: PlatformName, first: number, last: number, followers = 2_000) => {
  const { gained } = measuredRows(app, channels)
  for (let days = first; days >= last; days -= 1) {
    const views = 400 + ((days * 37) % 300)
    await gained(channels[platform], days, { views, likes: 20, followers: followers - 8 * days })
  }
}

type Situation = { name: string; make: () => Promise<void>; says: RegExp[]; silent: RegExp[] }

const situations: Situation[] = [
  {
    name: 'not-read',
    make: async () => {
      for (const platform of platforms) await read(platform, 80, platform === 'instagram' ? 9 : 1)
      await app.sql`update measured_channels set next_at = ${ago(8)} where channel_id = ${channels.instagram}`
    },
    says: [
      /2 of 3 accounts are up to date\. No readings of .* on Instagram since/,
      /Periods are not compared/,
      /on Instagram as of/,
    ],
    silent: [/fewer/, /down/],
  },
  {
    name: 'reconnected',
    make: async () => {
      for (const platform of platforms) await read(platform, 80, platform === 'instagram' ? 10 : 1)
      const { gained } = measuredRows(app, channels)
      await gained(channels.instagram, 1, {
        views: 4_800,
        likes: 100,
        followers: 1_992,
        grownSince: day(10),
      })
    },
    says: [/on Instagram: no readings .* to .*; .* holds nine days\./, /Periods are not compared/],
    silent: [/up \d+%/, /up to date/],
  },
  {
    name: 'new-account',
    make: async () => {
      for (const platform of platforms)
        await read(
          platform,
          platform === 'tiktok' ? 6 : 80,
          1,
          platform === 'tiktok' ? 4_921 : 2_000,
        )
    },
    says: [
      /4,913 of them with .* on TikTok, new in this period/,
      /from a new account, not compared/,
      /on TikTok: first numbers on/,
    ],
    silent: [/up 4,\d{3}/],
  },
  {
    name: 'nothing-read',
    make: async () => {
      const { gained } = measuredRows(app, channels)
      for (const platform of platforms) {
        await read(platform, 80, 9)
        await gained(channels[platform], 2, {
          views: 3_600,
          likes: 90,
          followers: 1_984,
          grownSince: day(9),
        })
        await gained(channels[platform], 1, { views: 500, likes: 20, followers: 1_992 })
      }
    },
    says: [/No readings .* to .*; .* holds seven days\./, /Periods are not compared/],
    silent: [/\d+% from/],
  },
]

describe('insights when readings are missing, or an account is new', () => {
  for (const { name, make, says, silent } of situations)
    test(`${name}: the page says so, claims nothing else, and passes on desktop, in dark mode and on a small phone`, async () => {
      await app.sql`delete from channel_days`
      await app.sql`delete from format_days`
      await app.sql`delete from measured_channels`
      await app.sql`
        insert into measured_channels (channel_id, workspace_id, next_at, days_at)
        select id, workspace_id, now() + interval '9 hours', now() + interval '9 hours' from channels`
      await make()
      for (const look of ['light', 'dark', 'phone'] as const) {
        const viewport =
          look === 'phone' ? { width: 320, height: 800 } : { width: 1280, height: 900 }
        const { page, context } = await open({
          viewport,
          colorScheme: look === 'dark' ? 'dark' : 'light',
        })
        await page.goto(`${url}/w/northside/insights?range=7d`)
        const text = (
          (await page.evaluate('document.querySelector(".insights").innerText')) as string
        ).replace(/\s+/g, ' ')
        for (const words of says) expect(text).toMatch(words)
        const tiles = (await page.locator('.tiles').innerText()).replace(/\s+/g, ' ')
        for (const words of silent) expect(tiles).not.toMatch(words)
        expect(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          look,
        ).toBe(true)
        const faults = await page.evaluate(
          `(async () => { ${axe}; const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
            return found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')) })()`,
        )
        expect([look, faults]).toEqual([look, []])
        if (screens)
          await page.screenshot({ path: `${screens}/${name}-${look}.png`, fullPage: true })
        await context.close()
      }
      await app.sql`
        insert into format_days (workspace_id, channel_id, kind, day, views, likes, taken_at, grown_since)
        select workspace_id, channel_id, 'video', day, views, likes, taken_at, grown_since from channel_days where views is not null`
      for (const filter of ['format=video', 'platform=instagram&format=video']) {
        const { page, context } = await open({ viewport: { width: 1280, height: 900 } })
        await page.goto(`${url}/w/northside/insights?range=7d&${filter}`)
        const text = (await page.locator('.insights').innerText()).replace(/\s+/g, ' ')
        // One platform is one account here, so the notes about the others are not expected.
        if (filter === 'format=video') for (const words of says) expect(text).toMatch(words)
        if (name === 'not-read' && filter !== 'format=video') {
          expect(text).toMatch(
            /0 of 1 accounts? is up to date\. No readings of .* on Instagram since/,
          )
          expect(text).toContain('No numbers for Instagram · Video in this period.')
        } else {
          expect(text).toMatch(/Of the whole accounts, whatever the format of posts\./)
          const tiles = (await page.locator('.tiles').innerText()).replace(/\s+/g, ' ')
          for (const words of silent) expect(tiles.split('Followers')[0]).not.toMatch(words)
        }
        if (screens)
          await page.screenshot({
            path: `${screens}/${name}-${filter.replace(/\W/g, '-')}.png`,
            fullPage: true,
          })
        await context.close()
      }
    }, 90_000)
})
