import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import type { Fields, Page } from '../../local/people/person.ts'
import { compose, upload } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { testApps } from '../support/config.ts'
import { connectMeta, connectTiktok } from '../support/connect.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
let photo = ''
beforeAll(async () => {
  house = await install()
  photo = await upload(
    house.admin,
    house.slug,
    'crate.jpg',
    await makeJpeg({ width: 1080, height: 1080 }),
  )
  await house.control('PATCH', '/settings', {
    deauthorizeUrl: `${house.url}/callbacks/meta/deauthorize`,
    dataDeletionUrl: `${house.url}/callbacks/meta/data-deletion`,
    tiktokWebhookUrl: `${house.url}/callbacks/tiktok`,
  })
}, 90_000)

const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const accounts = () => house.admin.open(`/w/${house.slug}/channels`)
const pills = (page: Page): string[] =>
  [...page.document.querySelectorAll('.target .pill')].map((pill) =>
    (pill.textContent ?? '').trim(),
  )
const idOf = async (platform: string, name: string): Promise<string> => {
  const [row] = await house.sql<
    { id: string }[]
  >`select id from channels where platform = ${platform} and name = ${name}`
  if (!row) throw new Error(`no ${platform} ${name}`)
  return row.id
}
const disconnect = async (channelId: string, history = 'keep'): Promise<Page> => {
  const question = await house.admin.open(`/w/${house.slug}/channels/${channelId}/disconnect`)
  return question.press('Disconnect', { history })
}
const schedulePhoto = (
  text: string,
  channelId: string,
  dueAt: Date,
  more: Fields = {},
): Promise<Page> =>
  compose(
    house.admin,
    house.slug,
    { text, channel: channelId, media: photo, time: wallTimeOf(dueAt, 'Europe/Zurich'), ...more },
    'Schedule',
  )
const tokensOf = async (issuer: string) => {
  const [row] = await house.sql`
    select g.state, access_token_sealed, refresh_token_sealed, array_remove(array_agg(c.token_sealed), null) as account_tokens
    from grants g join channels c on c.grant_id = g.id where issuer = ${issuer} group by g.id`
  return row
}
const noTokens = { accessTokenSealed: null, refreshTokenSealed: null, accountTokens: [] }
const revocations = () =>
  house.sql`select state, access_token_sealed, refresh_token_sealed from revocations where access_token_sealed is not null`
const notices = () => house.admin.open(`/w/${house.slug}/notices`)

describe.sequential('disconnecting an account', () => {
  test('promise R2: cancels its posts with a notification and deletes its tokens; a platform that is down is asked to revoke access later, and the page shows that', {
    timeout: 60_000,
  }, async () => {
    const channelId = await idOf('tiktok', 'Northside Records')
    const settings = { [`${channelId}.privacy_level`]: 'SELF_ONLY', [`${channelId}.consent`]: 'on' }
    const { url } = await schedulePhoto(
      'It will not go out there',
      channelId,
      inSeconds(86_400),
      settings,
    )
    await house.control('POST', '/faults', {
      platform: 'tiktok',
      endpoint: 'oauth/revoke',
      when: 'before',
      kind: 'error',
      code: 500,
      times: 2,
    })
    const question = await house.admin.open(`/w/${house.slug}/channels/${channelId}/disconnect`)
    expect(question.text).toContain('1 scheduled post is canceled')
    expect(question.text).toContain('This is the last account that uses this login')
    const unanswered = await question.press('Disconnect')
    expect([unanswered.status, unanswered.text]).toEqual([
      422,
      expect.stringContaining('Choose what happens to its history'),
    ])
    expect((await tokensOf('tiktok'))?.state).toBe('active')

    await disconnect(channelId)
    expect(await tokensOf('tiktok')).toMatchObject({ state: 'ended', ...noTokens })
    expect(pills(await house.admin.open(url))).toEqual(['canceled'])
    await untilPage(house.admin, `/w/${house.slug}/channels`, (page) =>
      /hasn’t confirmed .* Tried/.test(page.text),
    )
    const done = await untilPage(house.admin, `/w/${house.slug}/channels`, (page) =>
      page.text.includes('TikTok confirmed that access is revoked'),
    )
    expect(done.text).not.toContain('Revoking')
    expect(await revocations()).toHaveLength(0)
    const webhooks = async () =>
      (
        (await house.control('GET', '/tiktok/webhooks')) as {
          event: string
          tries: { status: number }[]
        }[]
      ).map((one) => [one.event, one.tries.at(-1)?.status])
    await expect.poll(webhooks).toContainEqual(['authorization.removed', 200])
    const told = await untilPage(house.admin, `/w/${house.slug}/notices`, (page) =>
      page.text.includes('is disconnected'),
    )
    expect(told.text).toContain(
      '“It will not go out there” was canceled for Northside Records on TikTok',
    )
    await expect
      .poll(() => house.letters.map((letter) => letter.subject))
      .toContain('Northside Records on TikTok is disconnected')
  })

  test('promise R2: and connecting it again restores the same account with its posts', {
    timeout: 60_000,
  }, async () => {
    await connectTiktok(house.admin, house.slug)
    expect((await accounts()).text).not.toContain('Disconnected')
    expect(await tokensOf('tiktok')).toMatchObject({ state: 'active' })
  })

  test('promise R2: revokes access at Meta with the last account, which the page says before and after, and erases history if requested', {
    timeout: 60_000,
  }, async () => {
    const rows = await house.sql<
      { id: string; name: string }[]
    >`select id, name from channels where platform <> 'tiktok' order by id`
    const [first, ...rest] = rows
    const { url } = await schedulePhoto('Its history is erased', first!.id, inSeconds(86_400))
    const question = await house.admin.open(`/w/${house.slug}/channels/${first!.id}/disconnect`)
    expect(question.text).toContain('can only revoke it as a whole')
    await house.sql`
      insert into account_snapshots (workspace_id, channel_id, taken_at, followers, source)
      select workspace_id, id, now(), 12, 'test' from channels where id = ${first!.id}`
    await house.sql`
      insert into channel_days (workspace_id, channel_id, day, views, taken_at)
      select workspace_id, id, '2026-01-01', 12, now() from channels where id = ${first!.id}`
    expect((await disconnect(first!.id, 'erase')).text).toContain(
      'stays, because other connected accounts use the same login',
    )
    expect((await tokensOf('meta'))?.state).toBe('active')
    await expect
      .poll(() => house.sql`select from channels where id = ${first!.id}`, { timeout: 30_000 })
      .toHaveLength(0)
    expect((await house.admin.open(url)).status).toBe(404)
    for (const numbers of ['account_snapshots', 'channel_days', 'measured_channels'])
      expect(
        await house.sql`select from ${house.sql(numbers)} where channel_id = ${first!.id}`,
        numbers,
      ).toHaveLength(0)

    for (const { id } of rest) await disconnect(id)
    await untilPage(house.admin, `/w/${house.slug}/channels`, (page) =>
      page.text.includes('Meta confirmed that access is revoked'),
    )
    expect(await tokensOf('meta')).toMatchObject({ state: 'ended', ...noTokens })
    expect(await revocations()).toHaveLength(0)
    const people = (await house.control('GET', '/accounts/meta')) as {
      people: Record<string, { name: string; grant: unknown }>
    }
    expect(
      Object.values(people.people).find((person) => person.name === 'Ada Northside')?.grant,
    ).toBeNull()
    await connectMeta(house.admin, house.slug)
    expect((await tokensOf('meta'))?.state).toBe('active')
  })
})

describe.sequential('a platform reports the end of a connection', () => {
  const ada = async () => {
    const meta = (await house.control('GET', '/accounts/meta')) as {
      people: Record<string, { id: string; name: string }>
    }
    return Object.values(meta.people).find((person) => person.name === 'Ada Northside')!.id
  }

  test('promise E5: forged and outdated calls are refused and recorded, and a valid one counts once', {
    timeout: 60_000,
  }, async () => {
    const person = await ada()
    const before = (await house.sql`select 1 from events where name = 'callback.refused'`).length
    for (const spoil of ['bad_signature', 'old'])
      expect(
        await house.control('POST', `/accounts/meta/people/${person}/remove-app`, { spoil }),
      ).toMatchObject([{ status: 400 }])
    const body = JSON.stringify({
      client_key: testApps.TIKTOK_CLIENT_KEY,
      event: 'authorization.removed',
      create_time: 1,
      user_openid: 'x',
      content: '{}',
    })
    const sign = (secret: string, seconds: number) =>
      `t=${seconds},s=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
    const deliver = async (signature: string) =>
      (
        await fetch(`${house.url}/callbacks/tiktok`, {
          method: 'POST',
          body,
          headers: { 'tiktok-signature': signature },
        })
      ).status
    const now = Math.floor(Date.now() / 1000)
    const secret = testApps.TIKTOK_CLIENT_SECRET
    expect(await deliver(sign('another secret', now))).toBe(400)
    expect(await deliver(sign(secret, now - 80 * 3_600))).toBe(400)
    expect(await deliver(sign(secret, now - 71 * 3_600))).toBe(200)
    expect((await house.sql`select 1 from events where name = 'callback.refused'`).length).toBe(
      before + 4,
    )
    expect((await tokensOf('tiktok'))?.state).toBe('active')
    expect((await tokensOf('meta'))?.state).toBe('active')
  })

  test('promise E5, U2: a removed app is noticed immediately; its posts wait, and are published at their time once it is reconnected', {
    timeout: 90_000,
  }, async () => {
    const channelId = await idOf('instagram', 'Northside Records')
    const dueAt = inSeconds(30)
    const { url } = await schedulePhoto('It waits for Instagram', channelId, dueAt)
    const person = await ada()
    expect(
      await house.control('POST', `/accounts/meta/people/${person}/remove-app`, {}),
    ).toMatchObject([{ status: 200 }])
    expect(await tokensOf('meta')).toMatchObject({ state: 'ended', ...noTokens })
    const waiting = await accounts()
    expect(waiting.text).toContain('removed CrateSocial in the settings of their Facebook account')
    expect(waiting.text).toContain('needs reconnecting')
    await house.control('POST', `/accounts/meta/people/${person}/remove-app`, {})
    // A step of the post may have noticed before Meta reported it. Then that is the only
    // notification.
    const told = await house.sql`select 1 from notices where kind = 'ended'`
    expect(told).toHaveLength(1)
    await expect
      .poll(() => house.letters.map((letter) => letter.subject), { timeout: 15_000 })
      .toContain('The connection to Meta has ended')
    await connectMeta(house.admin, house.slug)
    await untilPage(house.admin, url, (page) => pills(page).includes('published'), 60_000)
    const out = (await house.ledger.posts()).filter(
      (post) => post.text === 'It waits for Instagram',
    )
    expect(out).toHaveLength(1)
    expect(out[0]?.commitCallAtMs).toBeGreaterThanOrEqual(dueAt.getTime())
  })

  test('promise U4: an end that a check found before the platform reported it causes one notification', {
    timeout: 60_000,
  }, async () => {
    const ended = async () => (await house.sql`select from notices where kind = 'ended'`).length
    const before = await ended()
    const person = await ada()
    await house.control('POST', `/accounts/meta/people/${person}/state`, { tokens: 'revoked' })
    await (await accounts()).press('Check now')
    await untilPage(house.admin, `/w/${house.slug}/channels`, (page) =>
      page.text.includes('needs reconnecting'),
    )
    expect(await ended()).toBe(before + 1)
    expect(
      await house.control('POST', `/accounts/meta/people/${person}/remove-app`, {}),
    ).toMatchObject([{ status: 200 }])
    expect(await tokensOf('meta')).toMatchObject({ state: 'ended', ...noTokens })
    expect((await accounts()).text).toContain(
      'removed CrateSocial in the settings of their Facebook account',
    )
    expect(await ended()).toBe(before + 1)
    await connectMeta(house.admin, house.slug)
  })

  test('promise E5: TikTok reports that the person removed the app: tokens are deleted and posts wait', {
    timeout: 60_000,
  }, async () => {
    await house.control('POST', '/accounts/tiktok/northside.records/disconnect', {
      reason: 'disconnected',
    })
    await expect
      .poll(() => tokensOf('tiktok'), { timeout: 10_000 })
      .toMatchObject({ state: 'ended', ...noTokens })
    expect((await accounts()).text).toContain('removed CrateSocial in the TikTok app')
    expect((await notices()).text).toContain('The connection to TikTok has ended')
    await connectTiktok(house.admin, house.slug)
    expect((await tokensOf('tiktok'))?.state).toBe('active')
  })
})
