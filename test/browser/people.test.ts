import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { firstOperatorLink } from '../../db/people/first-operator.ts'
import type { TestApp } from '../support/app.ts'
import { signInAs, startStage } from '../support/browser/stage.ts'

let app: TestApp
let url: string
let browser: Browser
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const foreign: string[] = []

beforeAll(async () => {
  ;({ app, url, browser } = await startStage())
}, 60_000)

const somebody = async (
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; context: BrowserContext }> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== url)
      foreign.push(request.url())
  })
  return { page, context }
}
const fill = async (page: Page, fields: Record<string, string>) => {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).first().fill(value)
}
const as = async (page: Page, person: { cookie(): string }) => {
  await signInAs(page.context(), person)
}

describe('from the first link to a second person (promises A1, A7, A8)', () => {
  test('with scripts', () => wholeStory(true), 60_000)
  test('without scripts', () => wholeStory(false), 60_000)
})

const wholeStory = async (javaScriptEnabled: boolean) => {
  await app.sql`update users set is_operator = false`
  const slug = javaScriptEnabled ? 'with' : 'without'
  const { page, context } = await somebody({
    javaScriptEnabled,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  await page.goto((await firstOperatorLink(app.sql, url))!)
  await fill(page, {
    'Your name': 'Olga First',
    'Work email address': `olga@${slug}.example`,
    Password: 'a heap of seven inches',
  })
  await page.getByRole('button', { name: 'Accept invitation' }).click()
  await page.waitForURL('**/operate')
  await page.getByRole('link', { name: 'Create workspace' }).click()
  await fill(page, { 'Business or client name': 'Second Hand', 'Web address': `second-${slug}` })
  await page.getByLabel('Time zone').fill('Europe/Zurich')
  await page.getByRole('button', { name: 'Create workspace' }).click()
  await page.waitForURL(`**/w/second-${slug}/today**`)
  await page.getByText('Workspace created.').waitFor()
  await page.goto(`${url}/w/second-${slug}/people`)

  await page.getByRole('button', { name: 'Create invitation link' }).click()
  const link = await page.getByLabel('Invitation link', { exact: true }).inputValue()
  if (javaScriptEnabled) {
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link)
  }
  const guest = await somebody({ javaScriptEnabled })
  await guest.page.goto(link)
  await fill(guest.page, {
    'Your name': 'Nils Next',
    'Work email address': `nils@${slug}.example`,
    Password: 'another shelf of records',
  })
  await guest.page.getByRole('button', { name: 'Accept invitation' }).click()
  await guest.page.waitForURL(`**/w/second-${slug}/today**`)
  expect(
    (await guest.context.cookies()).map((cookie) => [cookie.name, cookie.httpOnly, cookie.secure]),
  ).toEqual([['__Host-session', true, true]])

  await page.goto(`${url}/w/second-${slug}/people`)
  await page.getByRole('button', { name: 'Make admin Nils Next' }).click()
  if (javaScriptEnabled) {
    await page.getByRole('button', { name: 'Keep as it is' }).click()
    expect(await page.locator('.rows .pill.accent').count()).toBe(1)
    await page.getByRole('button', { name: 'Make admin Nils Next' }).click()
    await page.locator('dialog').getByRole('button', { name: 'Make admin' }).click()
  }
  await page.getByText('Role changed.').waitFor()
  expect(await page.locator('.rows .pill.accent').count()).toBe(2)

  await page.locator('.menu .person > summary').click()
  await page.locator('.menu').getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You’re signed out.').waitFor()
  expect(await context.cookies()).toEqual([])
  await page.goto(`${url}/sign-in`)
  await fill(page, { 'Email address': `olga@${slug}.example`, Password: 'a heap of seven inches' })
  await page.getByLabel('Password').press('Enter')
  await page.waitForURL(`**/w/second-${slug}/today`)
  expect(foreign).toEqual([])
  await Promise.all([context.close(), guest.context.close()])
}

describe('a form', () => {
  test('is sent once, however often its button is pressed', async () => {
    const { page, context } = await somebody()
    const sent: string[] = []
    page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()))
    await page.goto(`${url}/sign-in`)
    await fill(page, {
      'Email address': 'nobody@example.com',
      Password: 'not a password of anybody',
    })
    await page.evaluate(
      'for (let n = 0; n < 3; n++) document.querySelector(\'form[action="/sign-in"] [data-once]\').click()',
    )
    await page.getByText('Wrong email or password').waitFor()
    expect(sent).toHaveLength(1)
    await context.close()
  })
})

describe('every page about people', () => {
  const pages = [
    '/',
    '/sign-in',
    '/password-reset',
    '/nowhere',
    '/account',
    '/w/northside/people',
    '/w/northside/settings',
    '/w/northside/activity',
  ]

  for (const look of ['light', 'dark', 'phone'] as const)
    test(`passes axe and fits its window: ${look}`, async () => {
      const viewport = look === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 900 }
      const { page, context } = await somebody({
        viewport,
        colorScheme: look === 'dark' ? 'dark' : 'light',
      })
      for (const path of pages) {
        if (path === '/account') await as(page, app.cast.admin)
        await page.goto(url + path)
        const found = await page.evaluate(
          `(async () => { ${axe}; const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
            return { faults: found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')), checks: found.passes.length } })()`,
        )
        expect([path, found]).toEqual([path, { faults: [], checks: expect.any(Number) }])
        expect((found as { checks: number }).checks).toBeGreaterThan(8)
        expect([
          path,
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        ]).toEqual([path, true])
      }
      await context.close()
    }, 60_000)
})
