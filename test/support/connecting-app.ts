import { serve } from '@hono/node-server'
import { createPerson, type Page, type Person } from '../../local/people/person.ts'
import { freePort } from '../../local/ports.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { createTestApp, password, type TestApp } from './app.ts'
import { atTheEnd } from './at-the-end.ts'
import { testConfig } from './config.ts'
import { control, sandboxEnv, startTwins } from './platforms/twins.ts'

export type ConnectingApp = TestApp & {
  sandbox: Sandbox
  url: string
  signIn(who: { email: string }): Promise<Person>
}

/**
 * The web app on a real port, next to the sandbox, so that people can use the platforms' own pages.
 */
export const createConnectingApp = async (): Promise<ConnectingApp> => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const sandbox = await startTwins(url)
  const test = await createTestApp({
    config: testConfig({ ...sandboxEnv(sandbox.url), PUBLIC_URL: url }),
  })
  const server = serve({ fetch: test.app.fetch, hostname: '127.0.0.1', port })
  atTheEnd(async () => {
    server.close()
    await sandbox.close()
  })
  const signIn = async ({ email }: { email: string }): Promise<Person> => {
    const person = createPerson(url)
    const page = await (await person.open('/sign-in')).press('Sign in', {
      email,
      password,
      next: '/account',
    })
    if (page.status !== 200) throw new Error(`signing in answered ${page.status}`)
    return person
  }
  return { ...test, sandbox, url, signIn }
}

/** Accounts of the sandbox's Ada Northside. */
export const pages = {
  records: '106700000000001',
  cafe: '106700000000002',
  events: '106700000000003',
}
export const instagram = { records: '17841400000000001', cafe: '17841400000000002' }

/** Removes all grants and accounts, and resets the platforms. */
export const startAgain = async ({ sql, sandbox }: ConnectingApp): Promise<void> => {
  await sql`truncate grants, connections_under_way cascade`
  await control(sandbox, 'POST', '/reset')
}

/** Goes from "Connect" to Meta's consent page, as Ada Northside. */
export const toMeta = async (person: Person, query = ''): Promise<Page> =>
  await (await person.open(`/w/northside/connect/meta${query}`)).press('Ada Northside')

export const toTiktok = async (person: Person, account = 'northside.records'): Promise<Page> =>
  await (await person.open('/w/northside/connect/tiktok')).press(account)

/** Selects only these accounts on the page for choosing accounts. */
export const choose = (page: Page, accounts: string[]): Promise<Page> =>
  page.press('Connect', { account: accounts })

export const tiktokAccount = (choice: Page): string =>
  /value="(tiktok:[^"]+)"/.exec(choice.html)?.[1] ?? ''
