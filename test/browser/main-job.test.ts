import { createHash } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { firstOperatorLink } from '../../db/people/first-operator.ts'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { launchBrowser } from '../support/browser/browser.ts'
import { ledgerOf } from '../support/platforms/ledger.ts'
import { type Product, startProduct } from '../support/programs/product.ts'
import * as steps from './steps.ts'

const zone = 'Europe/Zurich'
const five = [
  'Northside Records',
  'Northside Café',
  '@northsiderecords',
  '@northsidecafe',
  '@northside.records',
]
let browser: Browser
let photo: string
let video: string

beforeAll(async () => {
  browser = await launchBrowser()
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-files-'))
  photo = join(folder, 'crate.jpg')
  video = join(folder, 'needle.mp4')
  await writeFile(photo, await makeJpeg({ width: 1080, height: 1080, color: '#b0472c' }))
  await writeFile(video, await makeVideo({ width: 1080, height: 1920, durationMs: 5_000 }))
}, 60_000)

describe.each([
  { way: 'with JavaScript', javaScriptEnabled: true },
  { way: 'with JavaScript switched off', javaScriptEnabled: false },
])('the main job, $way', ({ javaScriptEnabled }) => {
  test('from the first link to posts on five accounts', { timeout: 180_000 }, async () => {
    const product = await startProduct()
    const person = async () => {
      const context = await browser.newContext({
        javaScriptEnabled,
        viewport: { width: 1280, height: 900 },
      })
      context.setDefaultTimeout(20_000)
      return context.newPage()
    }
    const admin = await person()
    const manager = await person()

    await steps.becomeOperator(admin, (await firstOperatorLink(product.sql, product.url)) ?? '')
    await steps.makeWorkspace(admin, product.url, 'Northside Records')
    const at = `${product.url}/w/northside-records`
    await steps.join(manager, await steps.invite(admin, at))
    await steps.connectMeta(admin, at)
    await steps.connectTiktok(admin, at)

    await steps.upload(manager, at, [photo, video], javaScriptEnabled)
    await expectPicture(manager, 'crate.jpg')
    await expectPicture(manager, 'needle.mp4')

    const dueAt = new Date(
      Math.ceil(Date.now() / 1_000) * 1_000 + (javaScriptEnabled ? 40_000 : 30_000),
    )
    const posts = [
      { text: 'Twenty crates, twenty per cent', file: 'crate.jpg' },
      { text: 'How to change a needle', file: 'needle.mp4' },
    ]
    const addresses: string[] = []
    for (const post of posts)
      addresses.push(
        await steps.schedule(
          manager,
          at,
          { ...post, accounts: five, time: wallTimeOf(dueAt, zone) },
          javaScriptEnabled,
        ),
      )
    for (const address of addresses) await watchItGoOut(manager, address, javaScriptEnabled)
    for (const [index, address] of addresses.entries())
      await openLinks(manager, address, posts[index]!.text)
    await holdAgainstLedger(product, posts, dueAt)
    await Promise.all([admin.context().close(), manager.context().close()])
  })
})

/** The thumbnail exists and is served as an image. */
const expectPicture = async (page: Page, name: string): Promise<void> => {
  const tile = page.locator('li', { hasText: name }).locator('img').first()
  await tile.waitFor()
  expect(await tile.getAttribute('src')).toBeTruthy()
  const answer = await page.request.get(
    new URL((await tile.getAttribute('src')) ?? '', page.url()).href,
  )
  expect([answer.status(), answer.headers()['content-type']]).toEqual([200, 'image/webp'])
}

/** Waits until five targets are published. Reloads the page if it runs no scripts. */
const watchItGoOut = async (page: Page, address: string, live: boolean): Promise<void> => {
  await page.goto(address)
  const published = page.locator('.target .pill', { hasText: /^published$/ })
  for (const giveUpAt = Date.now() + 60_000; (await published.count()) < 5; ) {
    if (Date.now() > giveUpAt)
      throw new Error(`not all is out: ${await page.locator('main').textContent()}`)
    await page.waitForTimeout(300)
    if (!live) await page.reload()
  }
}

/** Each link in the receipts opens the post on the platform. */
const openLinks = async (page: Page, address: string, text: string): Promise<void> => {
  await page.goto(address)
  const links = page.locator('.target dd a')
  for (const giveUpAt = Date.now() + 30_000; (await links.count()) < 5; ) {
    if (Date.now() > giveUpAt)
      throw new Error(`links are missing: ${await page.locator('main').textContent()}`)
    await page.waitForTimeout(500)
    await page.reload()
  }
  for (const link of await links.all()) {
    const post = await page.context().newPage()
    const answer = await post.goto((await link.getAttribute('href')) ?? '')
    expect(answer?.status()).toBe(200)
    expect(await post.locator('body').textContent()).toContain(text)
    await post.close()
  }
}

const holdAgainstLedger = async (
  product: Product,
  posts: { text: string; file: string }[],
  dueAt: Date,
): Promise<void> => {
  const ledger = await ledgerOf(product.sandbox).posts()
  expect(ledger).toHaveLength(10)
  for (const { text, file } of posts) {
    const mine = ledger.filter((post) => post.text === text)
    expect(new Set(mine.map((post) => post.account)).size).toBe(5)
    const served = await servedHash(product, file)
    for (const post of mine) {
      expect(post.media.map((media) => media.sha256)).toEqual([served])
      expect(post.commitCallAtMs).toBeGreaterThanOrEqual(dueAt.getTime())
    }
  }
}

/** SHA-256 of the bytes that the public URL serves. */
const servedHash = async ({ sql, url }: Product, fileName: string): Promise<string> => {
  const [link] = await sql<{ name: string }[]>`
    select l.name from media_links l join media m on m.id = l.media_id
    where m.file_name = ${fileName} and l.retired_at is null order by l.created_at limit 1`
  const bytes = await fetch(`${url}/media/${link?.name}`).then((answer) => answer.arrayBuffer())
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex')
}
