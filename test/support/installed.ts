import { firstOperatorLink } from '../../db/first-operator.ts'
import { createPerson, type Page, type Person } from './person.ts'
import { type Stack, startStack } from './stack.ts'
import { acceptInvitation, channelsIn, connectMeta, connectTiktok, makeWorkspace } from './story.ts'

/** A stack that a person has set up: a workspace, and every account of the sandbox's first people connected. */
export type Installed = Stack & {
  admin: Person
  slug: string
  /** Channel id of the account whose label in the composer ends with these words. */
  channel(words: string): string
  /** The sandbox's ledger, over its control port. */
  ledger: { posts(): Promise<LedgerPost[]>; calls(): Promise<LedgerCall[]> }
  control(method: string, path: string, body?: unknown): Promise<unknown>
}

export type LedgerPost = {
  platform: string
  account: string
  id: string
  kind: string
  text: string
  link: string | null
  media: { sha256: string; contentType: string; sizeBytes: number; altText: string | null }[]
  createdAtMs: number
  commitCallAtMs: number
  permalink: string | null
  visibility: string
}
export type LedgerCall = {
  id: number
  atMs: number
  platform: string
  endpoint: string
  account: string | null
  method: string
  status: number | null
}

export const slug = 'northside'

export const install = async (options: Parameters<typeof startStack>[0] = {}): Promise<Installed> => {
  const stack = await startStack(options)
  const admin = createPerson(stack.url)
  await acceptInvitation(admin, (await firstOperatorLink(stack.sql, stack.url)) ?? '', 'Ada', 'ada@example.com')
  await makeWorkspace(admin, 'Northside')
  await connectMeta(admin, slug)
  await connectTiktok(admin, slug)
  const channels = channelsIn(await admin.open(`/w/${slug}/posts/new`))
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(stack.sandbox.controlUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (!response.ok) throw new Error(`the sandbox's control answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  return {
    ...stack,
    admin,
    slug,
    control,
    channel: (words) => {
      const found = channels.find(({ label }) => label.endsWith(words))
      if (!found) throw new Error(`no account "${words}" among ${channels.map(({ label }) => label).join(', ')}`)
      return found.id
    },
    ledger: {
      posts: async () => listOf<LedgerPost>(await control('GET', '/ledger/posts')),
      calls: async () => listOf<LedgerCall>(await control('GET', '/ledger/calls')),
    },
  }
}

/** Asks the page again until it says so; fails with what it said last. */
export const untilPage = async (
  person: Person,
  url: string,
  wanted: (page: Page) => boolean,
  timeoutMs = 30_000,
): Promise<Page> => {
  const giveUpAt = Date.now() + timeoutMs
  for (;;) {
    const page = await person.open(url)
    if (wanted(page)) return page
    if (Date.now() > giveUpAt) throw new Error(`${url} did not come to what was wanted: ${page.text}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

const listOf = <T>(answer: unknown): T[] => (Array.isArray(answer) ? answer : (Object.values(answer as object)[0] as T[]))
