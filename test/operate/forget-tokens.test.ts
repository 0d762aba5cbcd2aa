import { beforeAll, expect, inject, test } from 'vitest'
import type { VaultKey } from '../../config/values.ts'
import { forgettable } from '../../db/channels/forgetting.ts'
import { saveAuthenticatorApp } from '../../db/people/authenticator-apps.ts'
import { countSecondFactors } from '../../db/people/second-factor.ts'
import { refuseUnreadable, sealedColumns } from '../../db/vault/sealed.ts'
import { createVault } from '../../db/vault/vault.ts'
import { countEndpoints, insertEndpoint } from '../../db/webhooks/endpoints.ts'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { ensureSchedules } from '../../temporal/schedules.ts'
import { createClient } from '../../web/operate/temporal-client.ts'
import { targetWorkflowId, taskQueue } from '../../workflows/names.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { insertChannel } from '../support/connected.ts'
import { type Ran, runProgram } from '../support/programs/program.ts'
import { databaseUrl } from '../support/servers/template-database.ts'
import { createTestTemporal, type TestTemporal } from '../support/servers/temporal.ts'

const lost: VaultKey = { id: 'lost', key: Buffer.alloc(32, 1) }
const another: VaultKey = { id: 'another', key: Buffer.alloc(32, 2) }

let house: TestApp
let temporal: TestTemporal
let channelId: string
let grantId: string
const endpointId = '0193a000-0000-7000-8000-0000000000aa'
beforeAll(async () => {
  house = await createTestApp()
  temporal = await createTestTemporal()
  const account = {
    workspaceId: house.workspaces.northside,
    userId: house.cast.admin.id,
    platform: 'facebook' as const,
    accountId: 'one',
  }
  const app = {
    userId: house.cast.manager.id,
    secret: 'JBSWY3DPEHPK3PXP',
    step: 1,
    now: new Date(),
  }
  await saveAuthenticatorApp(house.sql, createVault([lost]), app)
  const vault = createVault([lost])
  const at = (column: string) => ({ table: 'webhook_endpoints', column, id: endpointId })
  await insertEndpoint(house.sql, {
    ...{ id: endpointId, workspaceId: account.workspaceId, userId: account.userId },
    ...{ format: 'standard', events: ['post.published'], now: app.now },
    urlSealed: vault.seal('https://receiver.example/hooks', at('url_sealed')),
    secretSealed: vault.seal('whsec_lost', at('secret_sealed')),
  })
  ;({ channelId, grantId } = await insertChannel(
    { sql: house.sql, vault: createVault([lost]) },
    account,
  ))
}, 60_000)

/** Opens it with a new key, as after the old one was lost. */
const operate = async (...words: string[]): Promise<Ran> => {
  const [row] = await house.sql`select current_database() as name`
  return await runProgram(['commands/operate.ts', ...words], {
    DATABASE_URL: databaseUrl(inject('postgresUrl'), row!.name),
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    VAULT_KEYS: `another:${another.key.toString('base64')}`,
  })
}

const clientWith = (key: VaultKey) => {
  const config = testConfig({
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
  })
  const client = createClient(config.temporal, createDataConverter([key]))
  atTheEnd(() => client.connection.close())
  return client
}

test('every sealed column can be forgotten', () => {
  expect([...new Set(sealedColumns.map(({ table }) => table))].sort()).toEqual(
    [...forgettable].sort(),
  )
})

test('after a vault key is lost, the operator sees what is lost and forgets it, and people reconnect', {
  timeout: 180_000,
}, async () => {
  const before = clientWith(lost)
  const workflowId = targetWorkflowId('0193a000-0000-7000-8000-00000000abcd')
  await before.workflow.start('publishTarget', { workflowId, taskQueue, args: [{ targetId: 'x' }] })
  await ensureSchedules(before)

  const shown = await operate('forget-tokens')
  expect(shown.out).toMatch(/^column +values\n/)
  expect(shown.out).toMatch(/^grants\.access_token_sealed +1$/m)
  expect(shown.out).toContain(
    'Nothing was changed. If the key still exists anywhere, put it back into VAULT_KEYS.',
  )
  await expect(refuseUnreadable(house.sql, createVault([another]))).rejects.toThrow('VAULT_KEYS')
  expect(await operate('forget-tokens', 'please')).toMatchObject({ code: 2 })

  const done = await operate('forget-tokens', 'confirm')
  expect([done.code, done.err]).toEqual([0, ''])
  expect(done.out).toContain('1 account needs to be reconnected, and its admins were notified.')
  expect(done.out).toContain(
    'set up their authenticator app again, and sign in without it until then: 1.',
  )
  expect(done.out).toContain('Webhooks that were deleted, and that an admin has to add again: 1.')
  expect(await countEndpoints(house.sql, house.workspaces.northside)).toBe(0)
  const activity = await house.cast.admin.get('/w/northside/activity')
  expect(activity.text).toContain('deleted a webhook')
  await refuseUnreadable(house.sql, createVault([another]))
  expect(await countSecondFactors(house.sql, house.cast.manager.id)).toEqual({
    passkeys: 0,
    hasApp: false,
  })

  const [grant] = await house.sql`select state, state_reason from grants where id = ${grantId}`
  expect(grant).toEqual({ state: 'reauthorize', stateReason: 'key_lost' })
  const page = await house.cast.admin.get('/w/northside/channels')
  expect(page.text).toContain(
    'The key that protected this connection was lost. Reconnect the account.',
  )
  const notices =
    await house.sql`select kind from notices where grant_id = ${grantId} and user_id = ${house.cast.admin.id}`
  expect(notices.map(({ kind }) => kind)).toEqual(['ended'])
  expect((await house.sql`select state from channels where id = ${channelId}`)[0]!.state).toBe(
    'reconnect',
  )

  const after = clientWith(another)
  expect((await after.workflow.getHandle(workflowId).describe()).status.name).toBe('TERMINATED')
  await ensureSchedules(after) // as the worker does at startup; it would fail with the old schedules
})
