import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { insertChannel } from '../support/connected.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const reviewed = () =>
  createTestApp({ config: testConfig({ META_APP_LIVE: 'true', TIKTOK_APP_AUDITED: 'true' }) })
const connect = (app: TestApp, platform: 'facebook' | 'instagram' | 'tiktok') =>
  insertChannel(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
    platform,
  })
const creator = (privacyOptions: string[]) => ({
  nickname: 'Northside',
  username: 'northside.records',
  privacyOptions,
  commentDisabled: false,
  duetDisabled: false,
  stitchDisabled: false,
  maxDurationSec: 600,
  blocked: null,
})
const compose = async (app: TestApp, fields: [string, string][]): Promise<string> => {
  const { status, text } = await app.cast.manager.post(
    '/w/northside/posts/check',
    new URLSearchParams([['version', '0'], ...fields]),
  )
  expect(status).toBe(200)
  return text
}

describe('an app that is not reviewed yet', () => {
  it('is explained to admins where they connect accounts, and its setting only to operators', async () => {
    const page = (await test.cast.admin.get('/w/northside/channels')).text
    expect(page).toContain('may still be in development mode')
    expect(page).toContain('only for private accounts, visible to “Only me”')
    expect(page).not.toContain('META_APP_LIVE')
    await test.sql`update users set is_operator = true where id = ${test.cast.admin.id}`
    const asOperator = (await test.cast.admin.get('/w/northside/channels')).text
    expect(asOperator).toContain('META_APP_LIVE=true')
    expect(asOperator).toContain('TIKTOK_APP_AUDITED=true')
  })

  it('is explained once in the composer, if affected accounts are selected', async () => {
    const { channelId: page } = await connect(test, 'facebook')
    const { channelId: gram } = await connect(test, 'instagram')
    expect(await compose(test, [['text', 'Hello']])).not.toContain('development mode')
    const chosen = await compose(test, [
      ['text', 'Hello'],
      ['channel', page],
      ['channel', gram],
    ])
    expect(chosen.match(/development mode/g)).toHaveLength(1)
  })

  it('leads to the note that TikTok refuses public accounts and that private ones must post for “Only me”', async () => {
    const { channelId } = await connect(test, 'tiktok')
    const knowing = (options: string[]) =>
      test.sql`update channels set account_facts = ${test.sql.json(creator(options))}, account_facts_at = ${new Date(test.deps.now())}
        where id = ${channelId}`
    await knowing(['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'])
    const open = await compose(test, [['channel', channelId]])
    expect(open).toContain('it refuses posts to @northside.records, because that account is public')
    await knowing(['FOLLOWER_OF_CREATOR', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'])
    expect(await compose(test, [['channel', channelId]])).toContain(
      'it only takes posts for “Only me”',
    )
    const fits: [string, string][] = [
      ['channel', channelId],
      [`${channelId}.privacy_level`, 'SELF_ONLY'],
    ]
    expect(await compose(test, fits)).not.toContain('has audited')
  })
})

describe('an app that is reviewed', () => {
  it('is not mentioned', async () => {
    const app = await reviewed()
    const { channelId: page } = await connect(app, 'facebook')
    const { channelId: tiktok } = await connect(app, 'tiktok')
    expect((await app.cast.admin.get('/w/northside/channels')).text).not.toMatch(
      /development mode|audited/,
    )
    expect(
      await compose(app, [
        ['channel', page],
        ['channel', tiktok],
      ]),
    ).not.toMatch(/development mode|audited/)
  })
})
