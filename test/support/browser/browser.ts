import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { atTheEnd } from '../at-the-end.ts'
import { startChromium } from './start-chromium.ts'

/** A real Chromium, closed after the file's last test. */
export async function launchBrowser(): Promise<Browser> {
  const browser = await startChromium()
  atTheEnd(() => browser.close())
  return browser
}

/** Saves a screenshot in the folder named by SCREENSHOTS, if it is set. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
