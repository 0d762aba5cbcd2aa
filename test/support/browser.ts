import type { Browser } from 'playwright-core'
import { atTheEnd } from './at-the-end.ts'
import { startChromium } from './start-chromium.ts'

/** A real Chromium, closed after the file's last test. */
export async function launchBrowser(): Promise<Browser> {
  const browser = await startChromium()
  atTheEnd(() => browser.close())
  return browser
}
