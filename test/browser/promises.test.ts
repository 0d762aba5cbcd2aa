import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPerson } from '../../local/people/person.ts'
import { acceptInvitation, invite, password } from '../../local/people/story.ts'
import { routes } from '../people/tenancy-table.ts'
import { launchBrowser, shoot } from '../support/browser/browser.ts'
import { type Installed, install } from '../support/installed.ts'
import { mailedLink } from '../support/letters.ts'

let at: Installed
let browser: Browser
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
beforeAll(async () => {
  at = await install()
  browser = await launchBrowser()
}, 120_000)

const somebody = async (
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; context: BrowserContext }> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(20_000)
  return { page: await context.newPage(), context }
}
const signIn = async (page: Page, email: string): Promise<void> => {
  await page.goto(`${at.url}/sign-in`)
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
}

/**
 * Every page with its own URL: all GET routes without an id, except files, streams and pages of
 * other services.
 */
const allPages = (): string[] =>
  Object.keys(routes)
    .filter(
      (route) =>
        route.startsWith('GET /') &&
        !/:(?!workspace)|\*|\.csv|\.webmanifest|service-worker|\/api\/|favicon|robots|\/events|\/live|health|\/temporal|\/connect|\/oauth|import\/template/.test(
          route,
        ),
    )
    .map((route) => route.slice(4).replace(':workspace', at.slug))

/**
 * Problems on the narrowest phone: sideways scrolling, options smaller than 44 px, more than one
 * filled button, and axe violations.
 */
const faultsAt320 = `async () => {
  const heightOf = (box) => (box.closest('label') ?? document.querySelector('label[for="' + box.id + '"]') ?? box).getBoundingClientRect().height
  const small = [...document.querySelectorAll('input[type=checkbox], input[type=radio]')].filter((box) => heightOf(box) > 0 && heightOf(box) < 44)
  const filled = [...document.querySelectorAll('.primary')].filter((button) => button.checkVisibility())
  const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  return [
    ...(document.documentElement.scrollWidth > innerWidth ? ['scrolls sideways'] : []),
    ...small.map((box) => 'small: ' + box.name),
    ...(filled.length > 1 ? ['filled: ' + filled.map((button) => button.textContent.trim()).join(', ')] : []),
    ...found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')),
  ]
}`

describe('every page, in a browser', () => {
  test('promise A7, A8, S2: sets only one cookie, requests nothing from other origins, stores nothing in the browser, and requires HTTPS from then on', async () => {
    const { page, context } = await somebody()
    const foreign: string[] = []
    const unsafe: string[] = []
    const safe = new Set<string>()
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== at.url)
        foreign.push(request.url())
    })
    page.on('response', (response) => {
      const { pathname, origin } = new URL(response.url())
      const hsts = response.headers()['strict-transport-security'] ?? ''
      // Chromium's cache drops this header, so a cached picture comes without it.
      if (hsts.includes('max-age=31536000')) safe.add(pathname)
      else if (origin === at.url && !pathname.startsWith('/media/') && !safe.has(pathname))
        unsafe.push(pathname)
    })
    for (const path of [
      '/',
      '/sign-in',
      '/privacy',
      '/data-deletion',
      '/password-reset',
      '/nowhere',
    ]) {
      await page.goto(at.url + path, { waitUntil: 'networkidle' })
      expect([path, await context.cookies()]).toEqual([path, []])
    }
    await signIn(page, 'ada@example.com')
    const pages = allPages()
    expect(pages.length).toBeGreaterThan(20)
    await page.setViewportSize({ width: 320, height: 700 })
    // Long names of one word fit too, in left-to-right and right-to-left scripts.
    const long = `نور ${'Schallplattenunterhaltung'.repeat(3)}`.slice(0, 80)
    await at.sql`update workspaces set name = ${long} where slug = ${at.slug}`
    await at.sql`update users set name = ${long} where email = 'ada@example.com'`
    for (const path of pages) {
      const answer = await page.goto(at.url + path, { waitUntil: 'load' })
      expect([path, (answer?.status() ?? 500) < 400]).toEqual([path, true])
      const cookies = (await context.cookies()).map(({ name, httpOnly, secure, domain }) => ({
        name,
        httpOnly,
        secure,
        domain,
      }))
      expect([path, cookies]).toEqual([
        path,
        [{ name: '__Host-session', httpOnly: true, secure: true, domain: 'localhost' }],
      ])
      const kept = await page.evaluate('localStorage.length + document.cookie.length')
      expect([path, kept]).toEqual([path, 0])
      expect([
        path,
        await page.evaluate(`(async () => { ${axe}; return (${faultsAt320})() })()`),
      ]).toEqual([path, []])
    }
    expect(foreign).toEqual([])
    expect(unsafe).toEqual([])
    await context.close()
  }, 400_000)
})

describe('the public pages', () => {
  for (const look of ['light', 'dark', 'phone'] as const)
    test(`promise L1: pass axe and fit their window: ${look}`, async () => {
      const viewport = look === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 900 }
      const { page, context } = await somebody({
        viewport,
        colorScheme: look === 'dark' ? 'dark' : 'light',
      })
      for (const path of ['/privacy', '/data-deletion']) {
        await page.goto(at.url + path)
        const faults = await page.evaluate(
          `(async () => { ${axe}; return (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })).violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')) })()`,
        )
        expect([path, faults]).toEqual([path, []])
        expect([
          path,
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        ]).toEqual([path, true])
      }
      await context.close()
    }, 60_000)

  test('promise L1, E4: are readable without CSS: in order, with their headings, and with no icon larger than a line of text', async () => {
    const { page, context } = await somebody()
    await page.route(/\.css(\?|$)/, (route) => route.abort())
    for (const path of ['/privacy', '/data-deletion']) {
      await page.goto(at.url + path)
      await shoot(page, `without-css${path.replace('/', '-')}`)
      // The browser's default margin shows that none of our styles were loaded.
      expect([path, await page.evaluate('getComputedStyle(document.body).margin')]).toEqual([
        path,
        '8px',
      ])
      const large = `[...document.querySelectorAll('svg, img')].map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width > 32 || height > 32).length`
      expect([path, await page.evaluate(large)]).toEqual([path, 0])
      expect([path, await page.locator('h1').count()]).toEqual([path, 1])
      expect([path, await page.locator('dialog:visible').count()]).toEqual([path, 0])
      // Nothing is next to or above what precedes it in the text.
      const tops = (await page.evaluate(
        `[...document.querySelectorAll('main h1, main h2')].map((one) => one.getBoundingClientRect().top)`,
      )) as number[]
      expect(tops.length).toBeGreaterThan(2)
      expect(tops).toEqual(tops.toSorted((a, b) => a - b))
    }
    await page.goto(`${at.url}/privacy`)
    const sections = (await page.locator('main h2[id]:not(nav h2)').allInnerTexts()).map((words) =>
      Number.parseInt(words, 10),
    )
    expect(sections).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    await page.goto(`${at.url}/data-deletion`)
    await page.getByLabel('Email address of your account').fill('nobody@example.com')
    await page.getByRole('button', { name: 'Email me the link' }).click()
    await page.getByRole('heading', { name: 'Check your email' }).waitFor()
    await context.close()
  }, 60_000)

  test('promise E3, E4: a person requests deletion, follows the email, and watches the page until it is done', async () => {
    const bea = createPerson(at.url)
    await acceptInvitation(
      bea,
      await invite(at.admin, at.slug, 'manager'),
      'Bea Benson',
      'bea@example.com',
    )
    const { page, context } = await somebody()
    await page.goto(at.url)
    await page.locator('footer').getByRole('link', { name: 'Data deletion' }).click()
    await page.getByLabel('Email address of your account').fill('bea@')
    await page.getByRole('button', { name: 'Email me the link' }).click()
    await page.locator('[aria-invalid]').waitFor()
    expect(await page.getByLabel('Email address of your account').inputValue()).toBe('bea@')
    await page.getByLabel('Email address of your account').fill('bea@example.com')
    await page.getByRole('button', { name: 'Email me the link' }).click()
    await page.getByRole('heading', { name: 'Check your email' }).waitFor()
    await shoot(page, 'deletion-asked')
    const link = await mailedLink(at.letters, 'bea@example.com')
    await page.goto(link)
    await page.getByRole('heading', { name: 'Delete your account?' }).waitFor()
    await shoot(page, 'deletion-confirm')
    await page.getByRole('button', { name: 'Delete account' }).click()
    await page.waitForURL(/\/data-deletion\/[0-9A-Z-]{24}/)
    // The page updates without a reload.
    await page.getByText('The deletion is complete.').waitFor({ timeout: 30_000 })
    await shoot(page, 'deletion-done')
    expect(await page.locator('.deletion-mark.out').count()).toBe(5)
    expect(await page.locator('#deleted li').count()).toBeGreaterThan(2)
    expect(await page.locator('#kept li').count()).toBeGreaterThan(2)
    expect(await page.content()).not.toMatch(/Bea|bea@/)
    expect(await context.cookies()).toEqual([])
    await context.close()
  }, 90_000)

  test('promise E4, E5: a person removes the app in their Facebook settings, presses "Send request", and follows the link until it is done', async () => {
    await at.control('PATCH', '/settings', {
      deauthorizeUrl: `${at.url}/callbacks/meta/deauthorize`,
      dataDeletionUrl: `${at.url}/callbacks/meta/data-deletion`,
    })
    const ofMeta = () =>
      at.sql`select from channels c join grants g on g.id = c.grant_id where g.issuer = 'meta'`
    expect(await ofMeta()).not.toHaveLength(0)
    const { page, context } = await somebody()
    await page.goto(at.sandbox.url)
    await page.getByRole('link', { name: 'apps and websites' }).click()
    await page.getByRole('button', { name: 'Ada Northside' }).click()
    await page.getByText('Pages: Northside Records').waitFor()
    await shoot(page, 'meta-apps-active')
    await page.getByRole('button', { name: 'Remove CrateSocial' }).click()
    await page.getByRole('heading', { name: 'App removed: answered as it must be' }).waitFor()
    // Without the request, everything except the tokens is kept for a month.
    expect(await ofMeta()).not.toHaveLength(0)
    expect(
      await at.sql`select from grants where issuer = 'meta' and access_token_sealed is not null`,
    ).toHaveLength(0)
    await shoot(page, 'meta-apps-removed')
    await page.getByRole('button', { name: 'Send request' }).click()
    await page
      .getByRole('heading', { name: 'Data deletion request: answered as it must be' })
      .waitFor()
    const told = page.locator('.told', { hasText: 'Data deletion request' })
    const code = (await told.locator('dt:has-text("Confirmation code") + dd').innerText()).trim()
    expect(code).toMatch(/^[0-9A-Z]{20}$/)
    expect(await told.locator('dt:has-text("It said") + dd').innerText()).toContain(
      'Your deletion request',
    )
    await shoot(page, 'meta-apps-requested')
    await told.getByRole('link', { name: 'Status of your request' }).click()
    await page.waitForURL(`${at.url}/data-deletion/${code}`)
    await page.getByText('The deletion is complete.').waitFor({ timeout: 30_000 })
    await shoot(page, 'meta-deletion-done')
    expect((await page.locator('.code').innerText()).replaceAll('-', '')).toBe(code)
    expect(await page.locator('.deletion-mark:not(.out)').count()).toBe(0)
    expect(await page.content()).not.toMatch(/Ada|Northside/)
    expect(await context.cookies()).toEqual([])
    expect(await ofMeta()).toHaveLength(0)
    await context.close()
  }, 90_000)
})
