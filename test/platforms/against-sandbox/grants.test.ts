import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { draftOf, prepare, problemOf, publish, send } from '../../support/draft.ts'
import {
  type accountIn,
  consent,
  type Rig,
  startRig,
  verifier,
} from '../../support/platforms/against-sandbox.ts'
import { photo } from '../../support/publishable.ts'

let rig: Rig
const { signal } = new AbortController()
const dayMs = 86_400_000
const ada = '10200000000000001'

beforeAll(async () => {
  rig = await startRig()
})
beforeEach(() => rig.reset())
afterAll(() => rig.close())

const textBy = (account: ReturnType<typeof accountIn>, text: string) =>
  draftOf(rig, { platform: 'facebook', account, kind: 'text', text })

describe('connecting Meta', () => {
  test('returns a 60-day token, the user, and the accounts, with a reason for each one that cannot be chosen', async () => {
    const { tokens, offers } = await rig.connect('meta')
    expect(tokens).toMatchObject({ userId: ada, userName: 'Ada Northside', refreshToken: null })
    expect(Math.round(((tokens.expiresAtMs ?? 0) - Date.now()) / dayMs)).toBe(60)
    expect(Math.round(((tokens.dataAccessExpiresAtMs ?? 0) - Date.now()) / dayMs)).toBe(90)
    expect(tokens.scopes).toEqual(
      expect.arrayContaining(['pages_manage_posts', 'instagram_content_publish']),
    )
    const names = offers.map(
      (offer) => `${offer.platform}: ${offer.name}${offer.blocked ? ' (blocked)' : ''}`,
    )
    expect(names).toEqual(
      expect.arrayContaining([
        'facebook: Northside Records',
        'instagram: Northside Records',
        'facebook: Northside Events',
        expect.stringMatching(/^facebook: .*\(blocked\)$/),
      ]),
    )
    expect(
      offers.filter((offer) => offer.platform === 'instagram' && offer.name === 'Northside Events'),
    ).toEqual([])
  })

  test('blocks the accounts that need a missing permission, and names it', async () => {
    const { tokens, offers } = await rig.connect('meta', { untick: ['instagram_content_publish'] })
    expect(tokens.scopes).not.toContain('instagram_content_publish')
    const instagram = offers.filter((offer) => offer.platform === 'instagram')
    expect(instagram.length).toBeGreaterThan(0)
    for (const offer of instagram) expect(offer.blocked).toContain('instagram_content_publish')
    expect(
      offers.find((offer) => offer.name === 'Northside Records' && offer.platform === 'facebook')
        ?.blocked,
    ).toBeNull()
  })

  test('asks again for declined permissions when told to', async () => {
    await rig.connect('meta', { untick: ['pages_manage_posts'] })
    expect((await rig.connect('meta')).tokens.scopes).not.toContain('pages_manage_posts')
    expect((await rig.connect('meta', { again: true })).tokens.scopes).toContain(
      'pages_manage_posts',
    )
  })

  test('accepts a code once, and only with the redirect address it was issued for', async () => {
    const issuer = rig.issuer('meta')
    const redirectUri = `${rig.host.url}/callback`
    const { code = '' } = await consent(rig, 'meta')
    expect(
      await problemOf(
        issuer.exchange({ code, redirectUri: 'http://else.example/', verifier, signal }),
      ),
    ).toMatchObject({
      code: '100',
      subcode: '36008',
    })
    await issuer.exchange({ code, redirectUri, verifier, signal })
    expect(await problemOf(issuer.exchange({ code, redirectUri, verifier, signal }))).toMatchObject(
      {
        code: '100',
        subcode: '36009',
      },
    )
  })
})

describe('a Meta grant', () => {
  test('is renewed to a new token that can publish; Page tokens keep working', async () => {
    const connection = await rig.connect('meta')
    const renewed = await rig.issuer('meta').renew(connection.tokens, signal)
    expect(renewed?.accessToken).not.toBe(connection.tokens.accessToken)
    expect(renewed).toMatchObject({ userId: ada, scopes: connection.tokens.scopes })
    const account = { ...connection.account('instagram'), grantToken: renewed?.accessToken ?? '' }
    await publish(
      rig,
      draftOf(rig, {
        platform: 'instagram',
        account,
        kind: 'image',
        media: [await photo(rig.host, '#0000aa')],
      }),
    )
    await publish(rig, textBy(connection.account('facebook'), 'Pages keep their own token'))
    expect(await rig.posts()).toHaveLength(2)
  })

  test('is reported as valid, or as invalid with the reason', async () => {
    const issuer = rig.issuer('meta')
    const { tokens } = await rig.connect('meta')
    expect(await issuer.inspect(tokens, signal)).toMatchObject({
      valid: true,
      reason: null,
      scopes: tokens.scopes,
    })
    await rig.control('POST', `/accounts/meta/people/${ada}/state`, { tokens: 'password_changed' })
    const ended = await issuer.inspect(tokens, signal)
    expect(ended.valid).toBe(false)
    expect(ended.reason).toMatch(/password/i)
  })

  test('cannot be renewed once it has expired; Pages keep working, Instagram needs to be reconnected', async () => {
    const connection = await rig.connect('meta')
    await rig.advance(61 * dayMs)
    expect(await problemOf(rig.issuer('meta').renew(connection.tokens, signal))).toMatchObject({
      kind: 'reauthorize',
      code: '190',
      subcode: '463',
    })
    await publish(rig, textBy(connection.account('facebook'), 'Page tokens have no end'))
    const media = [await photo(rig.host, '#00aa00')]
    const image = draftOf(rig, {
      platform: 'instagram',
      account: connection.account('instagram'),
      kind: 'image',
      media,
    })
    expect(await problemOf(prepare(rig, image))).toMatchObject({
      kind: 'reauthorize',
      code: '190',
      subcode: '463',
    })
  })

  test('promise R2: is invalid at Meta with all its Page tokens once revoked here; revoking it again is no error', async () => {
    const connection = await rig.connect('meta')
    const issuer = rig.issuer('meta')
    await issuer.revoke(connection.tokens, signal)
    expect((await issuer.inspect(connection.tokens, signal)).valid).toBe(false)
    const draft = textBy(connection.account('facebook'), 'Too late')
    await prepare(rig, draft)
    expect(await problemOf(send(rig, draft))).toMatchObject({
      kind: 'reauthorize',
      code: '190',
      subcode: '458',
    })
    await issuer.revoke(connection.tokens, signal)
    expect(await rig.posts()).toEqual([])
  })

  test('promise R2: is revoked with the app token when its own token has expired', async () => {
    const { tokens } = await rig.connect('meta')
    await rig.advance(61 * dayMs)
    await rig.issuer('meta').revoke(tokens, signal)
    const people = await rig.control<{ people: Record<string, { grant: unknown }> }>(
      'GET',
      '/accounts/meta',
    )
    expect(people.people[ada]?.grant).toBeNull()
  })

  test('still works for Pages after its data access expires; Instagram needs to be reconnected', async () => {
    const connection = await rig.connect('meta')
    await rig.control('POST', `/accounts/meta/people/${ada}/state`, { dataAccess: 'expired' })
    await publish(rig, textBy(connection.account('facebook'), 'Pages are not concerned'))
    const media = [await photo(rig.host, '#00aaaa')]
    const image = draftOf(rig, {
      platform: 'instagram',
      account: connection.account('instagram'),
      kind: 'image',
      media,
    })
    const problem = await problemOf(prepare(rig, image))
    expect(problem).toMatchObject({ code: '10' })
    expect(['permission', 'reauthorize']).toContain(problem.kind)
  })
})

describe('Pages of a business portfolio', () => {
  const business = { id: '777000000000001', name: 'Northside Group', relation: 'owned' }
  const addPages = async (count: number, more: object = {}) => {
    for (let index = 1; index <= count; index += 1) {
      const page = {
        id: `10670000000${1000 + index}`,
        name: `Branch ${index}`,
        people: [{ id: ada }],
        ...more,
      }
      await rig.control('POST', '/accounts/meta/pages', page)
    }
  }
  const branches = ({
    offers,
  }: {
    offers: { name: string; blocked: string | null; accountToken: string | null }[]
  }) =>
    offers.filter(
      ({ name, blocked, accountToken }) =>
        name.startsWith('Branch') && blocked === null && accountToken !== null,
    )

  test('are found through the portfolio that owns them or one they are shared with, each only once', async () => {
    await addPages(2, { business })
    await addPages(3, { business: { ...business, id: '777000000000002', relation: 'client' } })
    const { offers } = await rig.connect('meta')
    expect(
      branches({ offers })
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['Branch 1', 'Branch 2', 'Branch 3'])
    await rig.set({ portfolioPagesInAccounts: true })
    expect(branches(await rig.connect('meta'))).toHaveLength(3)
  })

  test('are found by the ids in the consent when business_management is not granted, without requesting any portfolio', async () => {
    await addPages(2, { business })
    const { offers } = await rig.connect('meta', { untick: ['business_management'] })
    expect(branches({ offers })).toHaveLength(2)
    expect(await rig.calls({ endpoint: 'me.businesses' })).toEqual([])
  })

  test('are found when the list of Pages comes back empty', async () => {
    await addPages(1)
    await rig.set({ pageListsEmpty: true })
    expect(branches(await rig.connect('meta'))).toHaveLength(1)
  })

  test('are still found when one list of a portfolio cannot be read, and the result is marked incomplete', async () => {
    await addPages(2, { business })
    const { tokens } = await rig.connect('meta')
    const issuer = rig.issuer('meta')
    expect((await issuer.listAccounts(tokens, signal)).isComplete).toBe(true)
    await rig.fault({
      endpoint: 'business.client_pages',
      when: 'before',
      kind: 'error',
      code: 100,
      subcode: 33,
      times: 1,
    })
    const { offers, isComplete } = await issuer.listAccounts(tokens, signal)
    expect([branches({ offers }).length, isComplete]).toEqual([2, false])
  })

  test('are requested in smaller batches when Facebook asks to reduce the amount of data (code 1)', async () => {
    await addPages(60)
    const { offers } = await rig.connect('meta')
    expect(branches({ offers })).toHaveLength(60)
    const sizes = (await rig.calls({ endpoint: 'me.accounts' })).map(({ status }) => status)
    expect(sizes).toEqual([500, 200, 200, 200])
  })

  test('cause an error, not an empty list, when the response stays too large', async () => {
    const { tokens } = await rig.connect('meta')
    await rig.fault({ endpoint: 'me.accounts', when: 'before', kind: 'error', code: 1, times: 10 })
    expect(await problemOf(rig.issuer('meta').listAccounts(tokens, signal))).toMatchObject({
      kind: 'unavailable',
      code: '1',
    })
  })
})
