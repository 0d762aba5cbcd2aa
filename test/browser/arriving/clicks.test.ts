import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { insertInvitation } from '../../../db/people/invitations.ts'
import { makeJpeg } from '../../../local/media/media-files.ts'
import { launchBrowser } from '../../support/browser/browser.ts'
import { type ConnectingApp, createConnectingApp } from '../../support/connecting-app.ts'

let app: ConnectingApp
let link: string
let photo: string

beforeAll(async () => {
  app = await createConnectingApp()
  const { code } = await insertInvitation(app.sql, {
    purpose: { workspaceId: app.workspaces.elsewhere, role: 'admin' },
    createdBy: app.cast.outsider.id,
    now: new Date(),
  })
  link = `${app.url}/invitations/${code}`
  photo = join(await mkdtemp(join(tmpdir(), 'cratesocial-clicks-')), 'crate.jpg')
  await writeFile(photo, await makeJpeg({ width: 1080, height: 1080, color: '#b0472c' }))
}, 60_000)

test('from the invitation to the first scheduled post on three platforms takes at most 10 clicks', {
  timeout: 180_000,
}, async () => {
  const browser = await launchBrowser()
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const clicks: string[] = []
  const click = async (what: string, where: Locator) => {
    clicks.push(what)
    await where.click()
  }
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  /** The pages of the platforms, which are not ours to shorten. */
  const consent = async (who: string) => {
    await button(who).click()
    await button('Continue').click()
  }

  await page.goto(link)
  await page.getByLabel('Your name').fill('Nina New')
  await page.getByLabel('Work email address').fill('nina@example.com')
  await page.locator('#password').fill('a long enough passphrase')
  await click('Accept invitation', button('Accept invitation'))
  await click('Connect with Meta', page.getByRole('link', { name: 'Connect with Meta' }))
  await consent('Ada Northside')
  await click('Connect', button('Connect'))
  await click('Connect with TikTok', page.getByRole('link', { name: 'Connect with TikTok' }))
  await consent('northside.records')
  await click('Connect', button('Connect'))

  await page.getByLabel('Text', { exact: true }).fill('Twenty crates, twenty per cent')
  const chooser = page.waitForEvent('filechooser')
  await click('Add a picture', page.locator('label[for="drop-file"]'))
  await (await chooser).setFiles(photo)
  await page.locator('#file-list li img').waitFor()
  const audience = page.locator('select.audience')
  await audience.waitFor()
  clicks.push('Open the audiences', 'Everyone')
  await audience.selectOption('PUBLIC_TO_EVERYONE')
  await click('Music Usage Confirmation', page.getByLabel(/Music Usage Confirmation/))
  await click('Schedule', page.getByRole('button', { name: /^Schedule/ }))
  await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/).catch(async (error) => {
    throw new Error(`not scheduled: ${await page.locator('main').textContent()}`, { cause: error })
  })

  const scheduled = await app.sql<{ platform: string; dueAt: Date }[]>`
    select platform, due_at from targets where workspace_id = ${app.workspaces.elsewhere} and state = 'scheduled'`
  expect(new Set(scheduled.map(({ platform }) => platform)).size).toBe(3)
  expect(clicks.length, clicks.join(', ')).toBeLessThanOrEqual(10)
  await context.close()
})
