import type { Browser } from 'playwright-core'
import { renderEmail } from '../../activities/mail/render.ts'
import { at, everyLetter } from '../mail/samples.ts'

/** A picture of an email. `name` begins with `mail`. */
type Taken = { name: string; picture: Buffer }

const looks = [
  { ending: '', width: 640, colorScheme: 'light' },
  { ending: '-dark', width: 640, colorScheme: 'dark' },
  { ending: '-phone', width: 320, colorScheme: 'light' },
] as const

/** Pictures of every email whose name begins like this, without its mail program. */
export async function* takeMails(browser: Browser, only: string): AsyncGenerator<Taken> {
  const letters = Object.entries(await everyLetter())
    .map(([name, letter]) => ({ name: `mail-${name}`, ...renderEmail(letter, at) }))
    .filter(({ name }) => name.startsWith(only))
  for (const { ending, width, colorScheme } of letters.length ? looks : []) {
    const page = await browser.newPage({ viewport: { width, height: 400 }, colorScheme })
    for (const { name, html, pictures = [] } of letters) {
      await page.setContent(
        pictures.reduce(
          (body, { cid, jpeg }) =>
            body.replace(`cid:${cid}`, `data:image/jpeg;base64,${jpeg.toString('base64')}`),
          html,
        ),
      )
      const across = Number(await page.evaluate('document.documentElement.scrollWidth'))
      if (across > width) throw new Error(`${name} is ${across} pixels wide in ${width}`)
      yield { name: name + ending, picture: await page.screenshot({ fullPage: true }) }
    }
    await page.close()
  }
}
