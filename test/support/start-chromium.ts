import type { Browser } from 'playwright-core'
import { chromium } from 'playwright-core'

import { packagedChromium } from './chromium.ts'

/** Headless, nothing from outside, no phoning home. The args that @sparticuz/chromium suggests are for another place. */
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

/** A real Chromium: the one that CHROME_PATH names, or the one inside @sparticuz/chromium. */
export async function startChromium(): Promise<Browser> {
  const given = process.env.CHROME_PATH
  return chromium.launch({
    args,
    headless: true,
    timeout: 30_000,
    ...(given ? { executablePath: given } : await packagedChromium()),
  })
}
