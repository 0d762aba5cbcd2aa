import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Config } from '../../config/index.ts'
import { freePort } from '../../local/ports.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testApps } from '../support/config.ts'
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
import { control } from '../support/platforms/twins.ts'
import { startMailServer, startOther, startSilence } from '../support/servers/neighbors.ts'
import { noise, put } from '../support/uploading.ts'
import { examinerOf } from './examined.ts'

const mail = { user: 'crate', password: 'a password of the mail server' }
let house: ConnectingApp
let config: Config
let letters = 0
const { withApps, examine } = examinerOf(() => ({ house, config }))
beforeAll(async () => {
  house = await createConnectingApp()
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-doctor-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  const smtpPort = await startMailServer({
    ...mail,
    took: () => {
      letters += 1
    },
  })
  const given = house.deps.config
  config = {
    ...given,
    temporal: { ...given.temporal, address: inject('temporalAddress') },
    mail: {
      ...given.mail,
      smtpUrl: `smtp://${mail.user}:${encodeURIComponent(mail.password)}@127.0.0.1:${smtpPort}`,
    },
    media: { ...given.media, url: pathToFileURL(folder).href },
  }
})
beforeEach(() => startAgain(house))

describe('operate -- doctor', () => {
  test('reports that keys, addresses, mail and disk are fine, and sends no mail', async () => {
    const { of } = await examine()
    for (const name of ['Meta app', 'TikTok app', 'Mail', 'Videos', 'Disk', 'Database', 'Temporal'])
      expect(of(name), name).toMatchObject({ result: 'ok' })
    expect(of('Mail').words).toContain('accepts the user and password')
    for (const name of [/^Meta deauthorize/i, /^Meta data deletion/i, /^TikTok webhook/i])
      expect(of(name), String(name)).toMatchObject({
        result: 'ok',
        words: expect.stringContaining('has not called it yet'),
      })
    for (const whose of ['Meta', 'TikTok', 'PostgreSQL'])
      expect(of(`Clock, against ${whose}`)).toMatchObject({ result: 'ok' })
    expect(of(/^Meta OAuth redirect/)).toMatchObject({
      result: 'warning',
      todo: `Register exactly ${house.url}/oauth/meta/callback.`,
    })
    expect(letters).toBe(0)
  })

  test('names the id or the secret that a platform refuses, says where to find the right one, and shows neither', async () => {
    const wrong = 'not-the-secret-of-this-app-at-all'
    const secrets = await examine({
      config: withApps({ META_APP_SECRET: wrong, TIKTOK_CLIENT_SECRET: wrong }),
    })
    expect(secrets.of('Meta app')).toMatchObject({
      result: 'problem',
      todo: expect.stringContaining('META_APP_SECRET'),
    })
    expect(secrets.of('TikTok app')).toMatchObject({
      result: 'problem',
      todo: expect.stringContaining('TIKTOK_CLIENT_SECRET'),
    })
    expect(secrets.failed).toBe(true)
    const id = await examine({ config: withApps({ META_APP_ID: '404' }) })
    expect(id.of('Meta app')).toMatchObject({
      result: 'problem',
      todo: expect.stringContaining('META_APP_ID'),
    })
    for (const { said } of [secrets, id])
      for (const secret of [
        wrong,
        testApps.META_APP_SECRET,
        testApps.TIKTOK_CLIENT_SECRET,
        mail.password,
        encodeURIComponent(mail.password),
      ])
        expect(said).not.toContain(secret)
  })

  test('says that it cannot tell if a platform is down, instead of calling the secret wrong', async () => {
    const gone = `http://127.0.0.1:${await freePort()}`
    const { of } = await examine({ config: withApps({ META_GRAPH_URL: gone }) })
    expect(of('Meta app')).toMatchObject({
      result: 'problem',
      words: expect.stringContaining('ECONNREFUSED'),
    })
    expect(of('Clock, against Meta')).toMatchObject({ result: 'warning' })
    // Affects every call, because the checks run in parallel.
    await control(house.sandbox, 'POST', '/faults', {
      platform: 'meta',
      endpoint: '*',
      when: 'before',
      kind: 'html503',
      times: 100,
    })
    expect((await examine()).of('Meta app').words).toContain('did not say')
    await control(house.sandbox, 'DELETE', '/faults')
  })

  test('lists the missing permissions of each account, and says that an ended connection needs its admin', async () => {
    const admin = await house.signIn(house.cast.admin)
    const consent = await toMeta(admin)
    const granted = [...consent.document.querySelectorAll('input[name=grant]')]
      .map((box) => box.getAttribute('value') ?? '')
      .filter((value) => value !== 'read_insights')
    await choose(await consent.press('Continue', { grant: granted }), [
      `facebook:${pages.records}`,
      `instagram:${instagram.records}`,
    ])
    const asked = await toTiktok(admin)
    const choice = await asked.press('Continue')
    await choose(choice, [tiktokAccount(choice)])

    const first = await examine()
    expect(first.findings.filter(({ check }) => check.startsWith('Account '))).toHaveLength(3)
    expect(first.of(/^Account northside\/facebook /)).toMatchObject({
      result: 'warning',
      words: expect.stringContaining('read_insights'),
    })
    expect(first.of(/^Account northside\/tiktok /)).toMatchObject({ result: 'ok' })
    expect(first.of(/^Meta OAuth redirect/)).toMatchObject({ result: 'ok' })
    const tokens = await house.sql`select access_token_sealed as seal from grants`
    for (const { seal } of tokens) expect(first.said).not.toContain(seal)
    expect(first.said).not.toContain('Northside Records')

    await control(house.sandbox, 'POST', '/reset') // the platforms have forgotten all grants
    const later = await examine()
    expect(later.of(/^Account northside\/facebook /)).toMatchObject({
      result: 'problem',
      todo: expect.stringContaining('reconnect'),
    })
    expect(later.failed).toBe(true)
  })

  test('downloads a part of the newest file from a temporary address, which it deletes afterwards', async () => {
    expect((await examine()).of('Media address')).toMatchObject({
      result: 'warning',
      todo: expect.stringContaining('Upload'),
    })
    const uploaded = await put(house.cast.manager, 'crate.jpg', await noise(400, 300), {
      Origin: house.url,
    })
    expect(uploaded.status, uploaded.text).toBe(201)
    const { of } = await examine()
    expect(of('Media address').words).toContain('right type and byte ranges')
    expect((await house.sql`select * from media_links where target_id is null`).length).toBe(0)

    const other = await startOther((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('Hello'),
    )
    const elsewhere = await examine({
      config: { publicUrl: other, media: { ...config.media, publicUrl: `${other}/media` } },
    })
    expect(elsewhere.of('Media address')).toMatchObject({
      result: 'problem',
      words: expect.stringContaining('arrives as text/html'),
    })
    expect(elsewhere.findings).toContainEqual(
      expect.objectContaining({
        check: 'Public address',
        words: expect.stringContaining('answered by something else'),
      }),
    )
    expect(elsewhere.of(/^TikTok webhook/i)).toMatchObject({ result: 'problem' })
    expect((await house.sql`select * from media_links where target_id is null`).length).toBe(0)
  })

  test('reports a reverse proxy that does not pass on range requests', async () => {
    await put(house.cast.manager, 'crate-2.jpg', await noise(401, 300), { Origin: house.url })
    const proxy = await startOther(async (request, response) => {
      const answer = await fetch(house.url + request.url) // without the Range header
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? '',
      })
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
    const { of } = await examine({
      config: { media: { ...config.media, publicUrl: `${proxy}/media` } },
    })
    expect(of('Media address')).toMatchObject({
      result: 'problem',
      todo: expect.stringContaining('Range'),
    })
  })

  test('reports what does not respond at an address that nothing listens to', async () => {
    const gone = `http://127.0.0.1:${await freePort()}`
    const { findings, failed, of } = await examine({ config: { publicUrl: gone } })
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'Public address',
        result: 'problem',
        words: expect.stringContaining('Nothing answers'),
      }),
    )
    expect(of(/^Meta deauthorize/i)).toMatchObject({ result: 'problem' })
    expect(failed).toBe(true)
  })

  test('finds a clock that is ahead or behind, compared with the platforms and the database', async () => {
    for (const [aheadMs, word] of [
      [10 * 60_000, 'ahead'],
      [-10 * 60_000, 'behind'],
    ] as const) {
      const { of } = await examine({ now: () => Date.now() + aheadMs })
      for (const whose of ['Meta', 'TikTok', 'PostgreSQL'])
        expect(of(`Clock, against ${whose}`)).toMatchObject({
          result: 'problem',
          words: expect.stringContaining(word),
        })
    }
  })

  test('distinguishes a mail server that refuses the password from one that does not respond', async () => {
    const refused = await examine({
      config: {
        mail: { ...config.mail, smtpUrl: config.mail.smtpUrl.replace(mail.user, 'nobody') },
      },
    })
    expect(refused.of('Mail')).toMatchObject({
      result: 'problem',
      words: expect.stringContaining('rejects the user or password'),
    })
    expect(refused.said).not.toContain(encodeURIComponent(mail.password))
    const gone = await examine({
      config: { mail: { ...config.mail, smtpUrl: `smtp://127.0.0.1:${await freePort()}` } },
    })
    expect(gone.of('Mail')).toMatchObject({
      result: 'problem',
      words: expect.stringContaining('does not answer'),
    })
  })

  test('completes even if something accepts calls and never responds', async () => {
    const address = await startSilence()
    const { of, failed } = await examine({
      config: {
        publicUrl: `http://${address}`,
        temporal: { ...config.temporal, address },
        mail: { ...config.mail, smtpUrl: `smtp://${address}` },
      },
      patienceMs: 1_000,
    })
    for (const name of ['Public address', 'Temporal', 'Mail'])
      expect(of(name === 'Public address' ? 'Addresses at the platforms' : name).words).toContain(
        'didn’t finish within',
      )
    expect(failed).toBe(true)
  })

  test('calls the callbacks without recording a forged call', async () => {
    await house.sql`delete from events where name = 'callback.refused'`
    await examine()
    expect((await house.sql`select * from events where name = 'callback.refused'`).length).toBe(0)
    const forged = await fetch(`${house.url}/callbacks/meta/deauthorize`, {
      method: 'POST',
      body: 'signed_request=a.b',
    })
    expect(forged.status).toBe(400)
    expect((await house.sql`select * from events where name = 'callback.refused'`).length).toBe(1)
  })
})
