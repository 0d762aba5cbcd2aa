import type { Browser, BrowserContext, Page } from 'playwright-core'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { demoPassword, operator } from '../local/demo/cast.ts'
import { startChromium } from '../test/support/browser/start-chromium.ts'
import { percentile, startOwnStack } from './own-stack.ts'

const { options } = readCommand('bench:vitals', (command) =>
  command
    .description(
      'Opens the main pages of the demo in Chromium with an empty cache over a slow connection. Prints for each the largest ' +
        'contentful paint (ms) and the layout shift, and the slowest key while typing in a post with ten pictures (ms). ' +
        'The last line is JSON.',
    )
    .option('--url <address>', 'a demo that runs; otherwise one is started')
    .option('--rounds <count>', 'times that each page is opened', wholeNumber(1), 3)
    .option('--latency <ms>', 'of each answer', wholeNumber(0), 40)
    .option('--kilobytes <count>', 'per second', wholeNumber(1), 1_250),
)

const w = '/w/northside-records'
const pages = {
  'sign-in': '/sign-in',
  today: `${w}/today`,
  calendar: `${w}/calendar`,
  week: `${w}/calendar?view=week`,
  grid: `${w}/calendar/grid`,
  composer: `${w}/posts/new`,
  media: `${w}/media`,
  insights: `${w}/insights`,
  accounts: `${w}/channels`,
  reviews: `${w}/reviews`,
  notifications: `${w}/notices`,
  people: `${w}/people`,
  settings: `${w}/settings`,
  operate: '/operate',
  privacy: '/privacy',
}

/** Collects what the page's own observers see from its first moment. */
const observe = `
  window.vitals = { lcp: 0, cls: 0, shifts: [], keys: [] }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.vitals.lcp = entry.startTime
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue
      window.vitals.cls += value
      for (const { node } of sources)
        window.vitals.shifts.push(node?.id ? '#' + node.id : (node?.className || node?.nodeName || '?'))
    }
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries())
      if (interactionId) window.vitals.keys.push(duration)
  }).observe({ type: 'event', durationThreshold: 16, buffered: true })`

type Vitals = { lcp: number; cls: number; shifts: string[]; keys: number[] }
const read = async (page: Page): Promise<Vitals> => (await page.evaluate('window.vitals')) as Vitals
/** Two frames, so that what was painted is recorded. */
const painted = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'

const stack = options.url
  ? { url: options.url, stop: async () => undefined }
  : await startOwnStack(['--demo'])
const browser = await startChromium()
try {
  const state = await signIn(browser, stack.url)
  const figures: Record<string, { lcpMs: number; cls: number; shifted: string[] }> = {}
  for (const [name, path] of Object.entries(pages)) {
    const seen: Vitals[] = []
    for (let round = 0; round < options.rounds; round += 1) seen.push(await open(state, path))
    figures[name] = {
      lcpMs: Math.round(percentile(seen.map(({ lcp }) => lcp).sort(byNumber), 0.75)),
      cls: Math.round(Math.max(...seen.map(({ cls }) => cls)) * 10_000) / 10_000,
      shifted: [...new Set(seen.flatMap(({ shifts }) => shifts))],
    }
    console.log(name.padEnd(14), JSON.stringify(figures[name]))
  }
  const typingMs = await type(state)
  const { latency, kilobytes } = options
  console.log(JSON.stringify({ bench: 'vitals', latency, kilobytes, pages: figures, typingMs }))
} finally {
  await browser.close()
  await stack.stop()
}

function byNumber(a: number, b: number): number {
  return a - b
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>

async function signIn(from: Browser, url: string): Promise<State> {
  const context = await from.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Email address').fill(operator.email)
  await page.getByLabel('Password').fill(demoPassword)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((address) => address.pathname !== '/sign-in')
  const state = await context.storageState()
  await context.close()
  return state
}

/** A page in a browser that has nothing of it yet. */
async function fresh(state: State | undefined): Promise<Page> {
  const context = await browser.newContext({
    ...(state ? { storageState: state } : {}),
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
  })
  const page = await context.newPage()
  await page.addInitScript(observe)
  const session = await context.newCDPSession(page)
  const bytes = options.kilobytes * 1_000
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: options.latency,
    downloadThroughput: bytes,
    uploadThroughput: bytes,
  })
  return page
}

async function open(state: State, path: string): Promise<Vitals> {
  const page = await fresh(path === '/sign-in' ? undefined : state)
  await page.goto(stack.url + path, { waitUntil: 'load' })
  await page.evaluate(painted)
  const vitals = await read(page)
  await page.context().close()
  return vitals
}

/** The slowest key of a sentence in a post with the ten newest pictures. */
async function type(state: State): Promise<number> {
  const page = await fresh(state)
  await page.goto(`${stack.url}${w}/media?kind=photo`)
  const ids = await page
    .locator('.tile')
    .evaluateAll((tiles) => tiles.slice(0, 10).map((tile) => tile.getAttribute('data-media')))
  await page.goto(`${stack.url}${w}/posts/new?${ids.map((id) => `media=${id}`).join('&')}`)
  const text = page.locator('#text')
  await text.click()
  await text.pressSequentially(
    'Ten crates came in this morning, and we open them at noon. #vinyl',
    {
      delay: 40,
    },
  )
  await page.evaluate(painted)
  const { keys } = await read(page)
  await page.context().close()
  return Math.max(0, ...keys)
}
