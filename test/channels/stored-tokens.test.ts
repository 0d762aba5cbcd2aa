import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findOffer, type Offer } from '../../db/channels/consents.ts'
import type { Person } from '../../local/people/person.ts'
import {
  type ConnectingApp,
  choose,
  createConnectingApp,
  instagram,
  pages,
  startAgain,
  tiktokAccount,
  toMeta,
  toTiktok,
} from '../support/connecting-app.ts'

let test: ConnectingApp
let ada: Person

beforeAll(async () => {
  test = await createConnectingApp()
  ada = await test.signIn(test.cast.admin)
})

beforeEach(() => startAgain(test))

const grants = async () => await test.sql`select * from grants order by issuer, issuer_user_id`

/** All text in all columns of all tables, to search for what must not be there. */
const everythingStored = async (): Promise<string> => {
  const tables = await test.sql<
    { name: string }[]
  >`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
  const dumps = await Promise.all(
    tables.map(({ name }) => test.sql`select t::text as row from ${test.sql(name)} t`),
  )
  return dumps
    .flat()
    .map((row) => row.row)
    .join('\n')
}

describe('tokens and tenants', () => {
  it('promise S1: no token is in any column in plain text, before or after the selection', async () => {
    const notStored = async (secrets: (string | null | undefined)[]) => {
      const stored = await everythingStored()
      for (const secret of secrets) {
        expect(secret?.length).toBeGreaterThan(20)
        expect(stored.includes(secret ?? '')).toBe(false)
      }
    }
    const choice = await (await toMeta(ada)).press('Continue')
    const { tokens, accounts } = await offerOf('meta')
    await notStored([tokens.accessToken, ...accounts.map((account) => account.accountToken)])
    const done = await choose(choice, [
      `facebook:${pages.records}`,
      `instagram:${instagram.records}`,
    ])
    const tiktok = await (await toTiktok(ada)).press('Continue')
    const atTiktok = (await offerOf('tiktok')).tokens
    await tiktok.press('Connect', { account: tiktokAccount(tiktok) })
    const secrets = [
      tokens.accessToken,
      accounts[0]?.accountToken,
      atTiktok.accessToken,
      atTiktok.refreshToken,
    ]
    await notStored(secrets)
    // promise: S3: nor on a page
    for (const page of [choice, done, tiktok])
      for (const secret of secrets) expect(page.html.includes(secret ?? '')).toBe(false)
    const [grant] = await grants()
    const open = (id: string) =>
      test.deps.vault.open(grant?.accessTokenSealed, {
        table: 'grants',
        id,
        column: 'access_token_sealed',
      })
    expect(open(grant?.id)).toBe(tokens.accessToken)
    expect(() => open('00000000-0000-7000-8000-000000000000')).toThrow()
  })

  const offerOf = async (issuer: string): Promise<Offer> => {
    const [row] =
      await test.sql`select session_id from connections_under_way where issuer = ${issuer}`
    const ref = {
      workspaceId: test.workspaces.northside,
      userId: test.cast.admin.id,
      sessionId: row?.sessionId,
      issuer,
    }
    const offer = await findOffer(test.sql, test.deps.vault, ref)
    if (!offer) throw new Error('nothing waits for a choice')
    return offer
  }

  it('the same person at Meta connects separate accounts in two workspaces, each visible to its own members only', async () => {
    await choose(await (await toMeta(ada)).press('Continue'), [`facebook:${pages.records}`])
    const outsider = await test.signIn(test.cast.outsider)
    const choice = await (
      await (await outsider.open('/w/elsewhere/connect/meta')).press('Ada Northside')
    ).press('Continue')
    expect(choice.text).not.toContain('Already connected')
    await choose(choice, [`facebook:${pages.cafe}`])
    expect((await outsider.open('/w/elsewhere/channels')).text).not.toContain('Northside Records')
    expect((await ada.open('/w/northside/channels')).text).not.toContain('Northside Café')
    expect(await grants()).toHaveLength(2)
  })
})
