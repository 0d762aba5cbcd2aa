import { firstOperatorLink } from '../../db/people/first-operator.ts'
import { createPerson, type Page, type Person } from '../../local/people/person.ts'
import {
  acceptInvitation,
  channelNamed,
  channelsIn,
  makeWorkspace,
} from '../../local/people/story.ts'
import { connectMeta, connectTiktok } from './connect.ts'
import { ledgerOf } from './platforms/ledger.ts'
import { control } from './platforms/twins.ts'
import { type Product, startProduct } from './programs/product.ts'

/**
 * A stack that is set up: a workspace, with all accounts of the sandbox's first people connected.
 */
export type Installed = Product & {
  admin: Person
  slug: string
  /** The channel id of the account whose label in the composer ends with these words. */
  channel(words: string): string
  /** The sandbox's ledger, read through its control port. */
  ledger: ReturnType<typeof ledgerOf>
  control(method: string, path: string, body?: unknown): Promise<unknown>
}

const slug = 'northside'

export const install = async (
  options: Parameters<typeof startProduct>[0] = {},
): Promise<Installed> => {
  const product = await startProduct(options)
  const admin = createPerson(product.url)
  await acceptInvitation(
    admin,
    (await firstOperatorLink(product.sql, product.url)) ?? '',
    'Ada',
    'ada@example.com',
  )
  await makeWorkspace(admin, 'Northside')
  await connectMeta(admin, slug)
  await connectTiktok(admin, slug)
  const channels = channelsIn(await admin.open(`/w/${slug}/posts/new`))
  return {
    ...product,
    admin,
    slug,
    control: (method, path, body) => control(product.sandbox, method, path, body),
    channel: (words) => channelNamed(channels, words),
    ledger: ledgerOf(product.sandbox),
  }
}

/** Reloads the page until `wanted` is true. If it never is, fails with the last content. */
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
    if (Date.now() > giveUpAt)
      throw new Error(`${url} did not come to what was wanted: ${page.text}`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
