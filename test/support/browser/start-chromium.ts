import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

import { packagedChromium } from './chromium.ts'

/**
 * Headless and offline. The arguments that @sparticuz/chromium suggests are for another
 * environment.
 */
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * A real Chromium: the one named by CHROME_PATH, or the one in @sparticuz/chromium. `packaged`: only
 * the latter, whose fonts are the same on every machine.
 */
export async function startChromium({ packaged = false } = {}): Promise<Browser> {
  const given = packaged ? undefined : process.env.CHROME_PATH
  return chromium.launch({
    args,
    headless: true,
    timeout: 30_000,
    ...(given ? { executablePath: given } : await packagedChromium()),
  })
}
