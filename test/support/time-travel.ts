import { Context } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import { createUpkeepActivities } from '../../activities/channels/upkeep.ts'
import { saveChannel } from '../../db/channels/channels.ts'
import { saveGrant } from '../../db/channels/grants.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { createVault, type Vault } from '../../db/vault/vault.ts'
import { createPlatforms, type Registry } from '../../platforms/index.ts'
import { notifyGrant } from '../../temporal/start.ts'
import { grantWorkflowId } from '../../workflows/names.ts'
import { atTheEnd } from './at-the-end.ts'
import { testConfig } from './config.ts'
import { createTestDatabase } from './database.ts'
import { type Rig, startRig } from './platforms/against-sandbox.ts'
import { sandboxEnv } from './platforms/twins.ts'
import { createTimeSkippingTemporal } from './servers/temporal.ts'

/**
 * The maintenance of grants over months: Temporal skips time, and the clocks of the sandbox and the
 * product follow.
 */
export type TimeTravel = {
  rig: Rig
  sql: Sql
  deps: { sql: Sql; vault: Vault; platforms: Registry; now: () => number }
  people: { workspaceId: string; adminId: string; managerId: string }
  /** Passes this many days. Whatever is due happens. */
  pass(days: number): Promise<void>
  /** A person consents on the issuer's own pages. The grant's workflow starts or continues. */
  connect(issuer: 'meta' | 'tiktok'): Promise<{ grantId: string; channelIds: string[] }>
  /** How many events each run of the grant's workflow had, newest first. */
  historyOf(grantId: string): Promise<number[]>
  /** Signals a change to the grant's workflow. */
  tell(grantId: string): Promise<void>
}

const dayMs = 86_400_000
const partDays = 20

export const startTimeTravel = async (): Promise<TimeTravel> => {
  const { sql } = await createTestDatabase()
  const rig = await startRig()
  atTheEnd(() => rig.close())
  const temporal = await createTimeSkippingTemporal()
  const config = testConfig(sandboxEnv(rig.sandbox.url))
  const platforms = createPlatforms(config, rig.now)
  const deps = { sql, vault: createVault(config.vaultKeys), platforms, now: rig.now }
  await temporal.startWorker({ activities: onTime(rig, createUpkeepActivities(deps)) })
  const people = await insertPeople(sql)
  let startedAt = 0
  let passed = 0
  return {
    rig,
    sql,
    deps,
    people,
    pass: async (days) => {
      startedAt ||= rig.now()
      // In parts, because the server ends a connection on which one call waits too long.
      for (let left = days; left > 0; left -= partDays)
        await temporal.sleep(Math.min(left, partDays) * dayMs)
      passed += days
      await catchUp(rig, startedAt + passed * dayMs)
    },
    connect: async (name) => {
      const { tokens, offers } = await rig.connect(name)
      const life = (endsAtMs: number | null) =>
        endsAtMs === null ? null : endsAtMs + (name === 'tiktok' ? rig.now() - Date.now() : 0)
      const stored = {
        ...tokens,
        expiresAtMs: life(tokens.expiresAtMs),
        refreshExpiresAtMs: life(tokens.refreshExpiresAtMs),
      }
      const { workspaceId, adminId: userId } = people
      const grantId = await saveGrant(sql, deps.vault, {
        workspaceId,
        issuer: name,
        userId,
        tokens: stored,
        at: new Date(rig.now()),
      })
      const channels = []
      for (const offer of offers)
        if (!offer.blocked)
          channels.push(await saveChannel(sql, deps.vault, { workspaceId, grantId, offer }))
      await notifyGrant(temporal.client, grantId)
      return { grantId, channelIds: channels.map((channel) => channel.id) }
    },
    historyOf: (grantId) => listRunLengths(temporal.client, grantWorkflowId(grantId)),
    tell: (grantId) => notifyGrant(temporal.client, grantId),
  }
}

const listRunLengths = async (client: Client, workflowId: string): Promise<number[]> => {
  const lengths: number[] = []
  let runId: string | undefined
  do {
    const { events = [] } = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    lengths.push(events?.length ?? 0)
    runId =
      events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined
  } while (runId)
  return lengths
}

/** Before each activity, sets the other clocks to the time at which Temporal started it. */
const onTime = <T extends Record<string, (ref: never) => Promise<unknown>>>(
  rig: Rig,
  activities: T,
): T =>
  Object.fromEntries(
    Object.entries(activities).map(([name, run]) => [
      name,
      async (ref: never) => {
        await catchUp(rig, Context.current().info.currentAttemptScheduledTimestampMs)
        return await run(ref)
      },
    ]),
  ) as T

const catchUp = async (rig: Rig, atMs: number): Promise<void> => {
  const behindMs = atMs - rig.now()
  if (behindMs > 0) await rig.advance(behindMs)
}

export const insertPeople = async (sql: Sql) => {
  const [workspace] = await sql<
    { id: string }[]
  >`insert into workspaces (slug, name, zone) values ('northside', 'Northside', 'UTC') returning id`
  const [admin] = await sql<
    { id: string }[]
  >`insert into users (email, name, password_hash) values ('ada@example.com', 'Ada', 'x') returning id`
  const [manager] = await sql<
    { id: string }[]
  >`insert into users (email, name, password_hash) values ('max@example.com', 'Max', 'x') returning id`
  const people = { workspaceId: workspace!.id, adminId: admin!.id, managerId: manager!.id }
  await sql`insert into memberships (workspace_id, user_id, role) values (${people.workspaceId}, ${people.adminId}, 'admin'), (${people.workspaceId}, ${people.managerId}, 'manager')`
  return people
}
