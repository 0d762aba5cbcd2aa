import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { type OwnStack, startOwnStack } from '../../bench/own-stack.ts'
import { readCommand } from '../../commands/command.ts'
import { demoPassword, operator } from '../../local/demo/cast.ts'
import { startChromium } from '../support/browser/start-chromium.ts'
import { takeMails } from './mails.ts'
import { type Shot, shots, type Variant } from './pages.ts'

const { options: values } = readCommand('screens', (command) =>
  command
    .description(
      'Takes pictures of every page of the demo in a real browser: light and dark, on a desktop and on a phone, and of every email. Starts a demo of ' +
        'its own, unless --url names one that runs.',
    )
    .option('--only <name>', 'only pages whose name begins like this')
    .option('--to <folder>', 'where the pictures go', 'docs/screens')
    .option('--url <address>', 'a demo that runs'),
)
const folder = resolve(fileURLToPath(new URL('../../', import.meta.url)), values.to)

const looks: Record<Variant, { width: number; height: number; colorScheme: 'light' | 'dark' }> = {
  desktop: { width: 1280, height: 800, colorScheme: 'light' },
  'desktop-dark': { width: 1280, height: 800, colorScheme: 'dark' },
  phone: { width: 390, height: 844, colorScheme: 'light' },
  'phone-dark': { width: 390, height: 844, colorScheme: 'dark' },
}
/** A page that goes on and on is cut: what it looks like is seen by then. */
const tallest = { desktop: 2_800, phone: 4_800 }

/** Pictures far below the cut are never loaded: after three seconds what is seen is there. */
const pictures =
  'Promise.race([Promise.all([...document.images].map((image) => image.decode().catch(() => undefined))), new Promise((done) => setTimeout(done, 3_000))])'

const chosen = shots.filter(({ name }) => !values.only || name.startsWith(values.only))
const stack: Pick<OwnStack, 'url' | 'stop'> =
  values.url || chosen.length === 0
    ? { url: values.url ?? '', stop: async () => undefined }
    : await startOwnStack(['--demo'])
const browser = await startChromium()
try {
  await mkdir(folder, { recursive: true })
  for await (const { name, picture } of takeMails(browser, values.only ?? 'mail'))
    await save(name, picture)
  for (const variant of Object.keys(looks) as Variant[])
    await takeAll(browser, stack.url, variant, chosen)
} finally {
  await browser.close()
  await stack.stop()
}

async function takeAll(
  from: Browser,
  url: string,
  variant: Variant,
  wanted: Shot[],
): Promise<void> {
  const { width, height, colorScheme } = looks[variant]
  const those = wanted.filter((shot) => shot.variants.includes(variant))
  for (const isPublic of [true, false]) {
    const own = those.filter((one) => Boolean(one.public) === isPublic)
    if (own.length === 0) continue
    const context = await from.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      locale: 'en-GB',
    })
    const page = await context.newPage()
    if (!isPublic) await signIn(page, url)
    for (const shot of own) await take(page, url, shot, variant)
    await context.close()
  }
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Email address').fill(operator.email)
  await page.getByLabel('Password').fill(demoPassword)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((address) => address.pathname !== '/sign-in')
}

async function take(page: Page, url: string, shot: Shot, variant: Variant): Promise<void> {
  if (typeof shot.open === 'string') {
    const answer = await page.goto(url + shot.open)
    if (!answer?.ok()) throw new Error(`${shot.open} answered ${answer?.status()}`)
  } else await shot.open(page, url)
  const { width, height } = looks[variant]
  const limit = variant.startsWith('phone') ? tallest.phone : tallest.desktop
  const tall = await page.evaluate('document.documentElement.scrollHeight')
  await page.setViewportSize({ width, height: Math.min(limit, Math.max(height, Number(tall))) })
  await page.evaluate(pictures)
  const picture = await page.screenshot()
  await page.setViewportSize({ width, height })
  await save(
    `${shot.name}${variant === 'desktop' ? '' : `-${variant}`}`,
    picture,
    page.url().slice(url.length),
  )
}

async function save(name: string, picture: Buffer, path = ''): Promise<void> {
  const { size } = await sharp(picture)
    .png({ palette: true, quality: 90, effort: 8 })
    .toFile(join(folder, `${name}.png`))
  console.log(`${`${name}.png`.padEnd(34)} ${Math.round(size / 1024)} KB  ${path}`)
}
