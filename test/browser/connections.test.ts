import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import { notifyTarget } from '../../temporal/start.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { launchBrowser, shoot } from '../support/browser/browser.ts'
import { ledgerOf } from '../support/platforms/ledger.ts'
import { startWholeStack, type WholeStack } from '../support/programs/whole-stack.ts'
import * as steps from './steps.ts'

/**
 * Months pass in the stack that `npm start` runs, because the clocks of the sandbox and the product
 * are moved. Temporal's timers do not move, so the test does what they would have started: it
 * checks connections with the button and signals the post's workflow.
 */
const dayMs = 86_400_000
const zone = 'Europe/Zurich'
let browser: Browser
let photo: string
let stack: WholeStack

beforeAll(async () => {
  browser = await launchBrowser()
  photo = join(await mkdtemp(join(tmpdir(), 'cratesocial-files-')), 'crate.jpg')
  await writeFile(photo, await makeJpeg({ width: 1080, height: 1080, color: '#b0472c' }))
  stack = await startWholeStack()
}, 120_000)

test('promise U2, U4: over weeks, connections are renewed silently, warned about on every page and reconnected, and the post goes out on time', {
  timeout: 300_000,
}, async () => {
  const page = await (
    await browser.newContext({ viewport: { width: 1280, height: 900 } })
  ).newPage()
  page.setDefaultTimeout(20_000)
  const at = `${stack.url}/w/northside-records`
  const startedAt = stack.now()
  await steps.becomeOperator(page, stack.invitation)
  await steps.makeWorkspace(page, stack.url, 'Northside Records')
  await steps.connectMeta(page, at)
  await steps.connectTiktok(page, at)
  await steps.upload(page, at, [photo], true)
  const dueAt = new Date(Math.ceil((startedAt + 91 * dayMs) / 60_000) * 60_000)
  const post = await scheduleOnInstagram(page, at, dueAt)

  await leaveUntil(page, startedAt + 40 * dayMs)
  await signInAgain(page)
  await checkNow(page, at)
  await renewed('meta')
  await page.goto(`${at}/calendar`)
  expect(await page.locator('main').textContent()).not.toMatch(/reconnect|expires/i)

  await leaveUntil(page, startedAt + 77 * dayMs)
  await signInAgain(page)
  await checkNow(page, at)
  for (const path of ['calendar', 'media', 'people']) {
    await page.goto(`${at}/${path}`)
    await expectWords(page, /1 item needs attention/)
  }
  await page.goto(`${at}/today`)
  await expectWords(page, /The connection through Ada Northside expires/)
  await expectWords(page, /1 post is scheduled after that/)
  await shoot(page, 'connections-warned')
  await expect
    .poll(async () => (await stack.subjects()).join(), { timeout: 20_000 })
    .toMatch(/connection to Meta expires/)

  await leaveUntil(page, dueAt.getTime() - 10 * 60_000)
  await signInAgain(page)
  await checkNow(page, at)
  await page.goto(`${at}/channels`)
  await until(page, /@northsiderecords.*needs reconnecting/s)
  await page.goto(`${at}/today`)
  await expectWords(page, /Northside Café and 1 more need to be reconnected/)
  await page.goto(`${at}/channels`)
  expect(await page.locator('.channel', { hasText: 'Northside Events' }).textContent()).not.toMatch(
    /ended|over/,
  ) // Pages still work
  await shoot(page, 'connections-needs-reconnecting')
  await nudge()
  await page.goto(post)
  await until(page, /Waits for .* to be connected again/)
  await shoot(page, 'connections-post-waits')

  await page.goto(`${at}/channels`)
  await page
    .locator('.channel', { hasText: '@northsiderecords' })
    .getByRole('link', { name: 'Reconnect' })
    .click()
  await page.getByRole('button', { name: 'Ada Northside' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.waitForURL(/\/channels/)
  expect(await page.locator('main').textContent()).not.toContain('needs reconnecting')
  await shoot(page, 'connections-reconnected')

  await page.goto(post)
  await until(page, /ready/)
  await stack.passTo(dueAt.getTime() - 3_000)
  await nudge()
  await until(page, /published/)
  await shoot(page, 'connections-published')
  const out = await ledgerOf(stack.sandbox).posts()
  expect(out.map(({ platform, text }) => [platform, text])).toEqual([
    ['instagram', 'After ninety days'],
  ])
  const aheadMs = stack.now() - Date.now() // the ledger uses real time
  expect((out[0]?.createdAtMs ?? 0) + aheadMs).toBeGreaterThanOrEqual(dueAt.getTime())
})

const scheduleOnInstagram = async (page: Page, at: string, dueAt: Date): Promise<string> => {
  await page.goto(`${at}/posts/new`)
  await page.getByLabel('Text', { exact: true }).fill('After ninety days')
  await page.locator('.channel-chip', { hasText: '@northsiderecords' }).click()
  await page.locator('#picker summary').click()
  await page.locator('.picker label', { has: page.getByLabel('Add crate.jpg') }).click()
  await steps.pickTime(page, wallTimeOf(dueAt, zone))
  await page.waitForTimeout(900)
  await page.waitForLoadState('networkidle')
  await page.getByRole('button', { name: /^Schedule/ }).click()
  await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/)
  return page.url().split('?')[0] ?? ''
}

/**
 * Time passes while no page is open. An open page asks for news; as its session has ended, it
 * would go to the sign-in page at the very moment that the test does.
 */
const leaveUntil = async (page: Page, timeMs: number): Promise<void> => {
  await page.goto('about:blank')
  await stack.passTo(timeMs)
}

/** No session lasts for weeks. */
const signInAgain = async (page: Page): Promise<void> => {
  await page.goto(`${stack.url}/sign-in`)
  if (!page.url().includes('/sign-in')) return
  await page.getByLabel('Email address').fill('olive@example.com')
  await page.getByLabel('Password').fill('a long enough passphrase')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
}

/** One account of each connection. */
const checkNow = async (page: Page, at: string): Promise<void> => {
  for (const account of ['@northsiderecords', '@northside.records']) {
    await page.goto(`${at}/channels`)
    await page.locator('.channel', { hasText: account }).locator('summary').click()
    await page
      .locator('.channel', { hasText: account })
      .getByRole('button', { name: /^Check now/ })
      .click()
    await page.waitForLoadState()
  }
  const unchecked = () =>
    stack.sql`select from grants where state = 'active' and next_check_at <= ${new Date(stack.now())}`
  await expect.poll(unchecked, { timeout: 20_000 }).toHaveLength(0)
}

const renewed = async (issuer: string): Promise<void> => {
  const recently = new Date(stack.now() - dayMs)
  const rows = () =>
    stack.sql`select from grants where issuer = ${issuer} and renewed_at > ${recently}`
  await expect.poll(rows, { timeout: 20_000 }).toHaveLength(1)
}

const nudge = async (): Promise<void> => {
  const [target] = await stack.sql<{ id: string }[]>`select id from targets`
  await notifyTarget(stack.client, target?.id ?? '')
}

const expectWords = async (page: Page, words: RegExp): Promise<void> =>
  expect(((await page.locator('body').textContent()) ?? '').replace(/\s+/g, ' ')).toMatch(words)

const until = async (page: Page, words: RegExp): Promise<void> => {
  for (const giveUpAt = Date.now() + 30_000; ; await page.waitForTimeout(300)) {
    const text = (await page.locator('main').textContent()) ?? ''
    if (words.test(text)) return
    if (Date.now() > giveUpAt)
      throw new Error(`${words} did not come: ${text.replace(/\s+/g, ' ')}`)
    await page.reload()
  }
}
