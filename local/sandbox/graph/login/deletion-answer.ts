import { parseHTML } from 'linkedom'
import type { DeletionAnswer } from '../callback-record.ts'

const shownCharacters = 400

/**
 * Checks an app's response to a deletion request (fact sheet 6.1; Meta: "a URL where the user can
 * check the status" and "an alphanumeric confirmation code"). `answer` contains what could be read
 * before the first error.
 */
export async function judgeDeletionAnswer(
  reply: string,
): Promise<{ problem: string | null; answer: DeletionAnswer | null }> {
  let parsed: { url?: unknown; confirmation_code?: unknown }
  try {
    parsed = JSON.parse(reply) as typeof parsed
  } catch {
    return { problem: 'the reply is not JSON', answer: null }
  }
  const { url, confirmation_code: code } = parsed ?? {}
  if (typeof url !== 'string' || typeof code !== 'string')
    return { problem: 'the reply lacks url or confirmation_code', answer: null }
  const answer = { url, code, page: null }
  if (!/^https?:$/.test(protocolOf(url))) return { problem: 'url is not a web address', answer }
  if (!/^[0-9A-Za-z]+$/.test(code))
    return { problem: 'confirmation_code is not alphanumeric', answer }
  const page = await openStatusPage(url)
  return 'problem' in page
    ? { problem: page.problem, answer }
    : { problem: null, answer: { ...answer, page } }
}

const protocolOf = (url: string): string => {
  try {
    return new URL(url).protocol
  } catch {
    return ''
  }
}

type StatusPage = NonNullable<DeletionAnswer['page']>

/** The status page is for people: it must load, be HTML and contain text. */
async function openStatusPage(url: string): Promise<StatusPage | { problem: string }> {
  let html: string
  try {
    const response = await fetch(url, {
      headers: { accept: 'text/html' },
      signal: AbortSignal.timeout(10_000),
    })
    if (response.status !== 200) return { problem: `the status page answers ${response.status}` }
    if (!response.headers.get('content-type')?.includes('text/html'))
      return { problem: 'the status page is not HTML' }
    html = await response.text()
  } catch {
    return { problem: 'the status page cannot be opened' }
  }
  const { document } = parseHTML(html.replaceAll('<', ' <')) // separates adjacent words
  const wordsOf = (element: { textContent: string | null } | null) =>
    (element?.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
  const text = wordsOf(document.querySelector('main') ?? document.body)
  if (text === '') return { problem: 'the status page says nothing' }
  return { title: wordsOf(document.querySelector('title')), text: text.slice(0, shownCharacters) }
}
