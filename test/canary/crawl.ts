import { parseHTML } from 'linkedom'
import type { Document, Person } from '../../local/people/person.ts'

/** More addresses than the story can create. */
const most = 1_500

/**
 * Opens the pages and everything on the same site that they link to, including images. Returns how
 * many.
 */
export const crawl = async (person: Person, from: string[]): Promise<number> => {
  const known = new Set(from)
  for (const path of known) {
    if (known.size > most)
      throw new Error(`more than ${most} addresses, the last ones ${[...known].slice(-5)}`)
    for (const next of await leadsTo(person, path)) known.add(next)
  }
  return known.size
}

/**
 * The calendar has endlessly many empty months, and a link to a platform starts a connection. Pages
 * of numbers can be limited in many ways at once: each way is opened alone and with another one.
 */
const isEndless = /\/calendar\?|\/connect\/|\?[^&]*&[^&]*&/

const leadsTo = async (person: Person, path: string): Promise<string[]> => {
  const answer = await person.request(path)
  if (answer.status >= 500) throw new Error(`${path} was answered with ${answer.status}`)
  const text = await answer.text()
  const isPage = answer.headers.get('content-type')?.startsWith('text/html')
  const document: Document | null = isPage ? parseHTML(text).document : null
  const named = [
    ...(document?.querySelectorAll('a[href], img[src], link[href], script[src]') ?? []),
  ].map((element) => element.getAttribute('href') ?? element.getAttribute('src'))
  const here = new URL(answer.url)
  return [answer.headers.get('location'), ...named]
    .filter((address) => address !== null)
    .map((address) => new URL(address, here))
    .filter((address) => address.origin === here.origin)
    .map((address) => address.pathname + address.search)
    .filter((next) => !isEndless.test(next))
}
