import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { beforeAll, expect, test } from 'vitest'
import { createDiskStore } from '../../activities/media-store.ts'
import { tx } from '../../db/connect.ts'
import { findRequestByCode, openDeletionRequest } from '../../db/deletion-requests.ts'
import { insertMailLink } from '../../db/mail-links.ts'
import { insertMembership } from '../../db/memberships.ts'
import { enqueue } from '../../db/outbox.ts'
import { insertSession } from '../../db/sessions.ts'
import { insertUser } from '../../db/users.ts'
import { createVault } from '../../db/vault.ts'
import { insertWorkspace } from '../../db/workspaces.ts'
import { deletionWorkflowId, grantWorkflowId, targetWorkflowId } from '../../workflows/names.ts'
import { tellGrant, tellTarget } from '../../workflows/start.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { dumpEverything, type Everything } from '../support/everything.ts'
import { type Installed, install } from '../support/installed.ts'

const dayMs = 86_400_000
const stages = [
  'draft',
  'scheduled',
  'preparing',
  'ready',
  'sending',
  'processing',
  'published',
  'unconfirmed',
  'failed',
] as const
type Stage = (typeof stages)[number]
/** Somebody with a workspace of their own, a post at this stage of its life, and all that hangs on it. */
type Subject = {
  stage: Stage
  userId: string
  workspaceId: string
  grantId: string
  targetId: string | null
  code: string
  requestId: string
}

let aheadMs = 0
let at: Installed
beforeAll(async () => {
  at = await install({ now: () => Date.now() + aheadMs })
}, 90_000)

const silenceTiktok = async (silent: boolean): Promise<void> => {
  const fault = { platform: 'tiktok', endpoint: 'oauth/revoke', when: 'before', kind: 'html503', times: 1_000 }
  await (silent ? at.control('POST', '/faults', fault) : at.control('DELETE', '/faults'))
}

const insertSubject = async (stage: Stage): Promise<Subject> => {
  const { sql, config, client } = at
  const deps = { sql, vault: createVault(config.vaultKeys) }
  const mediaStore = createDiskStore(config.media.url)
  const userId = await insertUser(sql, {
    email: `${stage}@gone.example`,
    name: `${stage} gone`,
    passwordHash: 'x',
    isOperator: false,
  })
  const workspaceId =
    (await insertWorkspace(sql, { slug: `gone-${stage}`, name: `Gone ${stage}`, zone: 'UTC', createdBy: userId })) ?? ''
  await insertMembership(sql, workspaceId, userId, 'admin')
  await insertMembership(
    sql,
    (await sql<{ id: string }[]>`select id from workspaces where slug = 'northside'`)[0]!.id,
    userId,
    'manager',
  )
  const now = new Date()
  await insertSession(sql, userId, now)
  await tx(sql, async (t) =>
    enqueue(t, 'mail-link', await insertMailLink(t, { userId, purpose: 'email', newEmail: `${stage}@new.example`, now })),
  )
  const place = { workspaceId, platform: 'tiktok' as const, userId }
  const { channelId, grantId } = await insertChannel(deps, { ...place, name: `@gone.${stage}` })
  const key = randomBytes(24).toString('base64url')
  await mediaStore.put(key, Readable.from([Buffer.from(`the picture of ${stage} gone`)]))
  const [media] = await sql<{ id: string }[]>`
    insert into media (workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, store_key, uploaded_by)
    values (${workspaceId}, 'image', 'image/jpeg', ${`${stage}-gone.jpg`}, 30, ${randomBytes(32)}, 9, 9, ${key}, ${userId}) returning id`
  await sql`insert into media_links (name, media_id, workspace_id) values (${`${randomBytes(24).toString('base64url')}.jpg`}, ${media!.id}, ${workspaceId})`
  await sql`insert into events (workspace_id, user_id, name, subject_id) values (${workspaceId}, ${userId}, 'workspace.made', ${workspaceId})`
  await tellGrant(client, grantId)
  const subject = { stage, userId, workspaceId, grantId, targetId: null, code: '', requestId: '' }
  if (stage === 'draft') {
    await sql`insert into posts (workspace_id, state, text, created_by) values (${workspaceId}, 'draft', ${`${stage} gone`}, ${userId})`
    return subject
  }
  const { targetId, postId } = await insertTarget(deps, {
    ...place,
    channelId,
    mediaIds: [media!.id],
    dueAt: new Date(Date.now() + 300 * dayMs),
  })
  await sql`update posts set created_by = ${userId}, text = ${`${stage} gone`} where id = ${postId}`
  await tellTarget(client, targetId)
  await sql`update targets set state = ${stage}, text = ${`${stage} gone`}, platform_post_id = ${stage === 'published' ? 'p1' : null},
    published_at = case when ${stage} = 'published' then now() end where id = ${targetId}`
  if (!['scheduled', 'preparing', 'ready'].includes(stage))
    await sql`insert into attempts (workspace_id, target_id, number, revision, fingerprint, claimed_at) values (${workspaceId}, ${targetId}, 1, 1, ${randomBytes(32)}, now())`
  if (stage === 'published')
    await sql`insert into snapshots (workspace_id, target_id, taken_at, source, views) values (${workspaceId}, ${targetId}, now(), 'test', 7)`
  if (stage === 'failed')
    await sql`insert into notices (workspace_id, user_id, kind, cause, target_id, by_mail) values (${workspaceId}, ${userId}, 'failed', ${`failed:${targetId}`}, ${targetId}, false)`
  return { ...subject, targetId }
}

const ask = async (subject: Subject): Promise<Subject> => {
  const { id, code } = await tx(at.sql, (t) =>
    openDeletionRequest(t, { origin: 'page', userId: subject.userId, now: new Date() }),
  )
  return { ...subject, requestId: id, code }
}
const stepsOf = async ({ code }: Subject) => (await findRequestByCode(at.sql, code))?.steps ?? []
const until = async (done: () => Promise<boolean>, what: string, timeoutMs = 60_000) => {
  for (const giveUpAt = Date.now() + timeoutMs; !(await done()); await new Promise((resolve) => setTimeout(resolve, 200)))
    if (Date.now() > giveUpAt) throw new Error(`not in time: ${what}`)
}
/** Runs of these workflows that are still kept, also those that ended before another began. */
const runsOf = async (workflowIds: string[]): Promise<string[]> => {
  const query = `WorkflowId in (${workflowIds.map((id) => `'${id}'`).join(', ')})`
  const found: string[] = []
  for await (const { workflowId, status } of at.client.workflow.list({ query })) found.push(`${workflowId} ${status.name}`)
  return found
}
/** Tables that the product writes on its own meanwhile: what it does next, and the requests themselves. */
const busy = /^(outbox|deletion_requests|deletion_steps|revocations|throttle|turns|limits|sweeps) /
const rowsOf = (all: Everything) => [...all.rows].filter(([key]) => !busy.test(key))

test('promise E3: at every stage of a post exactly that person goes, rows, files, queued mails and histories, with the platform down for a day', async () => {
  const [bystander, ...others] = await Promise.all([
    insertSubject('scheduled'),
    ...stages.filter((stage) => stage !== 'scheduled').map(insertSubject),
  ])
  const histories = [bystander!, ...others].flatMap(({ targetId, grantId }) => [
    ...(targetId ? [targetWorkflowId(targetId)] : []),
    grantWorkflowId(grantId),
  ])
  await until(
    async () => new Set((await runsOf(histories)).map((run) => run.split(' ')[0])).size === histories.length,
    'their workflows',
  )
  // The grants' upkeep may write until the tokens are taken: what is compared is asked for when it rests.
  const before = await dumpEverything(at.sql, at.config.media.url)

  await silenceTiktok(true)
  const asked = await Promise.all([bystander!, ...others].map(ask))
  await until(async () => {
    const all = await Promise.all(asked.map(stepsOf))
    return all.every(
      (steps) => steps.some((one) => one.state === 'trying') && steps.filter((one) => one.state === 'done').length === 4,
    )
  }, 'everything but TikTok and the account')
  // No token is left where it could be used, and nothing of theirs is left but the account itself.
  const ids = asked.map(({ userId }) => userId)
  expect(await at.sql`select from grants where connected_by = any(${ids}) and access_token_sealed is not null`).toHaveLength(0)
  expect(await at.sql`select from workspaces where slug like 'gone-%'`).toHaveLength(0)
  const mailed = at.letters.length
  aheadMs += dayMs
  await silenceTiktok(false)
  await until(
    async () => (await Promise.all(asked.map(stepsOf))).every((steps) => steps.every((one) => one.state === 'done')),
    'all of it',
  )

  const after = await dumpEverything(at.sql, at.config.media.url)
  const erased = [
    ...ids,
    ...asked.flatMap(({ workspaceId, grantId, targetId }) => [workspaceId, grantId, ...(targetId ? [targetId] : [])]),
  ]
  const theirs = (row: string) => erased.some((id) => row.includes(id)) || /\bgone\b/.test(row)
  const left = new Map(rowsOf(after))
  expect(rowsOf(after).filter(([, row]) => theirs(row))).toEqual([])
  // Everybody else's rows are as they were, each of them.
  const kept = rowsOf(before).filter(([, row]) => !theirs(row))
  expect(kept.length).toBeGreaterThan(15)
  const changing =
    /"(next_check_at|checked_at|next_at|last_seen_at|expires_at|fetches|first_fetched_at|uploaded_by|updated_at)":[^,}]*/g
  for (const [key, row] of kept)
    expect([key, left.get(key)?.replaceAll(changing, '')]).toEqual([key, row.replaceAll(changing, '')])
  expect([...before.files].filter((file) => !after.files.has(file))).toHaveLength(stages.length)
  // What was mailed before, such as that a connection ended, was mailed; since they went, nothing more is.
  expect(at.letters.slice(mailed).filter(({ to }) => /(gone|new)\.example/.test(to))).toEqual([])
  await until(async () => (await runsOf(histories)).length === 0, 'the end of the histories', 120_000)
  for (const { requestId } of asked) {
    const history = await at.client.workflow.getHandle(deletionWorkflowId(requestId)).fetchHistory()
    expect(JSON.stringify(history)).not.toMatch(/gone\.example/)
  }
}, 240_000)

test('promise R2, E3: a platform that never answers: after three days the tokens go all the same, and the page says so', async () => {
  await silenceTiktok(true)
  const { sql, config } = at
  const userId = await insertUser(sql, { email: 'never@gone.example', name: 'never', passwordHash: 'x', isOperator: false })
  const workspaceId = (await insertWorkspace(sql, { slug: 'never', name: 'Never', zone: 'UTC', createdBy: userId })) ?? ''
  await insertMembership(sql, workspaceId, userId, 'admin')
  await insertChannel(
    { sql, vault: createVault(config.vaultKeys) },
    { workspaceId, platform: 'tiktok', userId, tokens: { expiresAtMs: Date.now() + 30 * dayMs } },
  )
  const { id, code } = await tx(sql, (t) =>
    openDeletionRequest(t, { origin: 'page', userId, now: new Date(Date.now() + aheadMs) }),
  )
  const revoking = async () => (await findRequestByCode(sql, code))?.steps.find((one) => one.name === 'revoke')?.state
  await until(async () => (await revoking()) === 'trying', 'the first try')
  expect(await sql`select from revocations where request_id = ${id} and tokens_sealed is not null`).toHaveLength(1)
  aheadMs += 3 * dayMs
  await until(async () => (await findRequestByCode(sql, code))?.finishedAt !== null, 'the end')
  expect(await revoking()).toBe('gave_up')
  expect(await sql`select from revocations where tokens_sealed is not null`).toHaveLength(0)
  expect((await at.admin.open(`/data-deletion/${code}`)).text).toContain('did not answer for three days')
  await silenceTiktok(false)
}, 120_000)
