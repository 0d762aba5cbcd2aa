import { parseSync } from 'oxc-parser'
import { demoPassword, operator } from '../../local/demo/cast.ts'
import { createPerson } from '../../local/people/person.ts'
import { allFiles, sourceOf } from '../house/files.ts'
import { type Node, phrasesIn } from './code.ts'
import { type Phrase, printed } from './phrase.ts'
import { phrasesOfMarkup } from './template.ts'
import type { Section } from './words.ts'

/** Every piece of words without values, longest first. */
const piecesOf = (phrases: Phrase[]): string[] => {
  const found = new Set<string>()
  const add = (phrase: Phrase): void => {
    for (const piece of phrase)
      if (typeof piece === 'string') for (const one of piece.split('|')) found.add(squeezed(one))
      else if ('oneOf' in piece) piece.oneOf.forEach(add)
  }
  phrases.forEach(add)
  return [...found].filter((one) => /\p{L}/u.test(one)).sort((a, b) => b.length - a.length)
}

const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** What the demo and its sandbox write: names, captions, messages of the platforms. */
const demoPhrases = (): Phrase[] =>
  allFiles
    .filter((file) => /^local\/(?:demo|sandbox)\/.*\.ts$/.test(file))
    .flatMap((file) =>
      phrasesIn(parseSync(file, sourceOf(file)).program as unknown as Node, () => true),
    )

/** What formatters write: numbers, dates, times and names of time zones. */
const formatted =
  /^(?:[\d\s.,:;·–−+\-/()%“”"'’×#@&|…]|\b(?:AM|PM|UTC|KB|MB|GB|Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|January|February|March|April|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|[A-Z][A-Za-z]+\/[A-Z][\w/]+|GMT[+\-\d:]*|[A-Z]\d+|today|yesterday|tomorrow|Today|Yesterday|Tomorrow|min|noon|ms|px|fps|h|d|s|k|K|M)\b)*$/

/** A choice in the list of time zones. */
const timeZone = /\(UTC(?:[+−][\d:]+)?\)$/

/** Pages beyond these show the same kinds of things again. */
const mostPages = 250
const starts = [
  '/w/northside-records/today',
  '/account',
  '/operate',
  '/privacy',
  '/terms',
  '/data-deletion',
]
/** Endless months, a sign-in at a platform, and other programs' pages. */
const left =
  /\/calendar\?|\/connect\/|^\/temporal|\.csv|\/media\/.*\/|\/avatar|\/public\/|^\/promises/

type Coverage = { pages: number; texts: number; missed: [text: string, page: string][] }

/** Texts on pages of a running demo that come neither from these words nor from data. */
export const coverageOf = async (url: string, words: Section[]): Promise<Coverage> => {
  const known = piecesOf([
    ...words.flatMap(({ files }) => files.flatMap(({ phrases }) => phrases)),
    ...demoPhrases(),
  ])
  const isExplained = explainer(known)
  const person = createPerson(url)
  const home = await person.open('/sign-in')
  await home.press('Sign in', { email: operator.email, password: demoPassword })
  const texts = new Set<string>()
  const missed: Coverage['missed'] = []
  const paths = new Set(starts)
  let pages = 0
  for (const path of paths) {
    if (pages === mostPages) break
    const page = await person.open(path)
    if (page.status !== 200) continue
    pages += 1
    for (const text of phrasesOfMarkup(page.html, []).map(printed)) {
      if (!texts.has(text) && !isExplained(text)) missed.push([text, path])
      texts.add(text)
    }
    for (const link of page.document.querySelectorAll('a[href]')) {
      const next = new URL(link.getAttribute('href') ?? '', page.url)
      const address = next.pathname + next.search
      if (next.origin === new URL(url).origin && !left.test(address)) paths.add(address)
    }
  }
  return { pages, texts: texts.size, missed }
}

/** Tells whether a text is made of known pieces and of what formatters write. */
const explainer = (known: string[]): ((text: string) => boolean) => {
  const seen = new Map<string, boolean>()
  const isExplained = (text: string): boolean => {
    const before = seen.get(text)
    if (before !== undefined) return before
    const isFine = formatted.test(text) || timeZone.test(text) || isJoined(text)
    seen.set(text, isFine)
    return isFine
  }
  const isJoined = (text: string): boolean =>
    known.some((piece) => {
      const at = text.indexOf(piece)
      if (at < 0 || !isWhole(text, at, piece)) return false
      const after = text.slice(at + piece.length).trim()
      return isExplained(text.slice(0, at).trim()) && isExplained(after)
    })
  return isExplained
}

/** Whether a piece begins and ends where words do. */
const isWhole = (text: string, at: number, piece: string): boolean =>
  !(isLetter(text[at - 1]) && isLetter(piece[0])) &&
  !(isLetter(piece.at(-1)) && isLetter(text[at + piece.length]))

const isLetter = (character = ''): boolean => /\p{L}/u.test(character)
