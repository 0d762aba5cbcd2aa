import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import type { VaultKey } from '../../config/values.ts'
import { openChannel } from '../../db/channels/channels.ts'
import { claimRenewal, saveRenewal } from '../../db/channels/grant-renewals.ts'
import { openGrant } from '../../db/channels/grants.ts'
import { refuseUnreadable, reseal, sealedColumns } from '../../db/vault/sealed.ts'
import { createVault } from '../../db/vault/vault.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel } from '../support/connected.ts'

const run = promisify(execFile)
const renewer = '0193a000-0000-7000-8000-000000000001'
const older: VaultKey = { id: 'older', key: Buffer.alloc(32, 1) }
const newer: VaultKey = { id: 'newer', key: Buffer.alloc(32, 2) }
const [before, during, after] = [
  createVault([older]),
  createVault([newer, older]),
  createVault([newer]),
]

let test: TestApp
let made: { channelId: string; grantId: string }
let workspaceId: string

beforeEach(async () => {
  test = await createTestApp()
  workspaceId = test.workspaces.northside
  const account = {
    workspaceId,
    userId: test.cast.admin.id,
    platform: 'tiktok' as const,
    accountId: 'one',
  }
  made = await insertChannel({ sql: test.sql, vault: before }, account)
  await insertChannel(
    { sql: test.sql, vault: before },
    { ...account, platform: 'facebook', accountId: 'two' },
  )
})

describe('promise S1: rotating the keys of the vault', () => {
  it('moves all sealed values to the new key, and the old one is no longer needed', async () => {
    expect(await reseal(test.sql, during, new Date())).toEqual({ sealed: 4, resealed: 4, left: 0 })
    expect((await openGrant(test.sql, after, workspaceId, made.grantId))?.refreshToken).toBe(
      'tiktok-refresh-one',
    )
    expect((await openChannel(test.sql, after, workspaceId, made.channelId))?.state).toBe(
      'connected',
    )
    await refuseUnreadable(test.sql, after)
    expect(await reseal(test.sql, during, new Date())).toEqual({ sealed: 4, resealed: 0, left: 0 })
  })

  it('skips tokens that are being renewed until they are stored, and loses none', async () => {
    const at = new Date()
    const grant = (await openGrant(test.sql, during, workspaceId, made.grantId))!
    expect(await claimRenewal(test.sql, grant, renewer, at)).toEqual({ mine: true })
    expect(await reseal(test.sql, during, at)).toMatchObject({ resealed: 2, left: 2 })
    const tokens = {
      accessToken: 'new-access',
      refreshToken: 'new-refresh',
      scopes: [],
      userId: 'person-one',
      userName: 'Ada',
    }
    const ends = { expiresAtMs: null, refreshExpiresAtMs: null, dataAccessExpiresAtMs: null }
    expect(await saveRenewal(test.sql, before, grant, renewer, { ...tokens, ...ends }, at)).toBe(
      true,
    )
    expect(await reseal(test.sql, during, at)).toMatchObject({ resealed: 2, left: 0 })
    expect((await openGrant(test.sql, after, workspaceId, made.grantId))?.refreshToken).toBe(
      'new-refresh',
    )
  })

  it('with a wrong key starts and writes nothing, and names the rows but no secret', async () => {
    const wrong = createVault([{ id: 'older', key: Buffer.alloc(32, 9) }])
    const refused = await refuseUnreadable(test.sql, wrong).catch((error: Error) => error.message)
    expect(refused).toContain('4 sealed values open with none of the keys in VAULT_KEYS')
    expect(refused).toContain(`grants.access_token_sealed of ${made.grantId}`)
    expect(refused).not.toContain('tiktok-access')
    await expect(reseal(test.sql, wrong, new Date())).rejects.toThrow('VAULT_KEYS')
    await refuseUnreadable(test.sql, before)
  })

  it('covers every sealed column of the schema', async () => {
    const rows = await test.sql<{ place: string }[]>`
      select table_name || '.' || column_name as place from information_schema.columns
      where table_schema = 'public' and column_name like '%\_sealed' order by 1`
    expect(rows.map((row) => row.place)).toEqual(
      sealedColumns.map(({ table, column }) => `${table}.${column}`).sort(),
    )
  })

  it('works from the command line with npm run vault:rotate', async () => {
    const text = ({ id, key }: VaultKey) => `${id}:${key.toString('base64')}`
    const { host, port, user, pass, database } = test.sql.options
    const env = {
      ...process.env,
      DATABASE_URL: `postgres://${user}:${pass}@${host[0]}:${port[0]}/${database}`,
      VAULT_KEYS: [newer, older].map(text).join(),
      THROTTLE_KEY: 'a throttle key for tests, long enough',
      SMTP_URL: 'smtp://127.0.0.1:2',
    }
    const { stdout } = await run(
      process.execPath,
      ['--import', 'tsx', 'commands/rotate-vault.ts'],
      { env },
    )
    expect(JSON.parse(stdout)).toEqual({
      rotated: true,
      key: 'newer',
      sealed: 4,
      resealed: 4,
      left: 0,
    })
    await refuseUnreadable(test.sql, after)
  })
})
