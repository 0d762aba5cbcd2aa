import { beforeAll, expect, test } from 'vitest'
import { revocationDays } from '../../../db/channels/revocations.ts'
import { enqueue } from '../../../db/notifications/outbox.ts'
import { insertMembership } from '../../../db/people/memberships.ts'
import { insertUser } from '../../../db/people/users.ts'
import { insertWorkspace } from '../../../db/people/workspaces.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { findRequestByCode, openDeletionRequest } from '../../../db/privacy/deletion-requests.ts'
import { erasedIdsKey } from '../../../db/privacy/erased-ids.ts'
import { createVault } from '../../../db/vault/vault.ts'
import type { Page } from '../../../local/people/person.ts'
import { compose, password } from '../../../local/people/story.ts'
import { targetWorkflowId } from '../../../workflows/names.ts'
import { historiesIn } from '../../canary/places.ts'
import { insertChannel } from '../../support/connected.ts'
import { dumpEverything, findTraces } from '../../support/everything.ts'
import { measureAll } from '../../support/insights/measure-all.ts'
import { type Installed, install } from '../../support/installed.ts'
import { expected, moving, rowsOf } from './expected-rows.ts'
import { createOwner, type Owner } from './owner.ts'
import { briefStages, earlyStages, pastMs, type Stage, stages } from './post-stages.ts'

const dayMs = 86_400_000
let aheadMs = 0
const now = () => Date.now() + aheadMs
let at: Installed
beforeAll(async () => {
  at = await install({
    now,
    windows: { longestCallMs: 300, lagMs: 500, unclearMs: 1_500, limitedMs: 60_000 },
  })
}, 90_000)

const passTime = async (ms: number): Promise<void> => {
  aheadMs += ms
  await at.control('POST', '/clock', { advanceMs: ms })
}
/** Makes all calls to Meta and TikTok fail with 503, or restores them. */
const platformsDown = (down: boolean): Promise<unknown> =>
  down
    ? at.control('POST', '/faults', {
        endpoint: '*',
        when: 'before',
        kind: 'html503',
        times: 100_000,
      })
    : at.control('DELETE', '/faults')
const until = async (done: () => Promise<boolean>, what: string, timeoutMs = 60_000) => {
  for (
    const giveUpAt = Date.now() + timeoutMs;
    !(await done());
    await new Promise((resolve) => setTimeout(resolve, 200))
  )
    if (Date.now() > giveUpAt) throw new Error(`not in time: ${what}`)
}

type Followed = Owner & { stage: Stage }
const stateOf = async ({ workspaceId }: Owner): Promise<string> => {
  const [row] = await at.sql<{ state: string }[]>`
    select coalesce(t.state, p.state) as state from posts p left join targets t on t.post_id = p.id where p.workspace_id = ${workspaceId}`
  return row?.state ?? 'none'
}
const reach = async (stage: Stage, owner: Owner): Promise<Followed> => {
  await stage.reach(owner, at, now)
  await until(
    async () => (await stateOf(owner)) === stage.at,
    `${stage.name}: it is ${await stateOf(owner)}`,
  )
  if (stage.activity)
    await until(() => isDoing(owner, stage.activity), `${stage.name}: ${stage.activity}`)
  return { ...owner, stage }
}
const isDoing = async ({ workspaceId }: Owner, activity: string | undefined): Promise<boolean> => {
  const [target] = await at.sql<
    { id: string }[]
  >`select id from targets where workspace_id = ${workspaceId}`
  const { raw } = await at.client.workflow.getHandle(targetWorkflowId(target!.id)).describe()
  return (raw.pendingActivities ?? []).some((one) => one.activityType?.name === activity)
}

const listWorkflows = async (): Promise<string[]> => {
  const ids: string[] = []
  for await (const { workflowId } of at.client.workflow.list()) ids.push(workflowId)
  return ids
}
type Histories = Awaited<ReturnType<typeof historiesIn>>
const eventsIn = (histories: Histories) =>
  new Map(
    histories
      .filter(({ name }) => name.endsWith(': json'))
      .map(
        ({ name, bytes }) =>
          [name, (JSON.parse(bytes.toString()) as { events: unknown[] }).events] as const,
      ),
  )

test("promise E3, E4: at every stage of a post, exactly that person's rows, files, mails and histories are deleted, with the platforms down for a day", async () => {
  // Three kinds of people: the admin of the shared workspace, a neighbor who keeps the same things
  // as those who leave, and one person for each stage.
  const neighbour = await createOwner(at, 'neighbour')
  const early: Followed[] = []
  for (const stage of earlyStages)
    early.push(await reach(stage, await createOwner(at, `${stage.name}gone`)))
  await compose(
    neighbour.person,
    neighbour.slug,
    { text: 'neighbour says this', channel: neighbour.instagram, media: [neighbour.picture] },
    'Publish now',
  )
  await until(async () => (await stateOf(neighbour)) === 'published', "the neighbour's post")
  await passTime(pastMs)
  await measureAll(at.sql, at.client)
  // Whether a post is missed depends on the database's clock, which isn't moved. So its due time is
  // set as if nothing had run for that long.
  const [late] = await at.sql<{ id: string }[]>`
    update targets set due_at = now() - ${pastMs} * interval '1 millisecond' where workspace_id = ${early[1]!.workspaceId} returning id`
  await enqueue(at.sql, 'target', late!.id)
  await until(async () => (await stateOf(early[1]!)) === 'missed', 'it is missed')
  const owners = new Map<Stage, Owner>()
  for (const stage of [...stages, ...briefStages])
    owners.set(stage, await createOwner(at, `${stage.name}gone`))
  const reachAll = (some: Stage[]) =>
    Promise.all(some.map((stage) => reach(stage, owners.get(stage)!)))
  await at.control('PATCH', '/settings', {
    imageContainerMs: 3 * dayMs,
    tiktokProcessingMs: 3 * dayMs,
  })
  const gone: Followed[] = [...early, ...(await reachAll(stages)), ...(await reachAll(briefStages))]
  expect(
    await at.sql`select from snapshots s join targets t on t.id = s.target_id where t.workspace_id = ${early[0]!.workspaceId}`,
  ).toHaveLength(1)

  const before = await dumpEverything(at.sql, at.config.media.url)
  const historiesBefore = await historiesIn(at.client, at.config.vaultKeys)
  // Everyone opens the page that lists what is deleted, then submits it, within moments. Each post
  // is still in its stage.
  const leaving: Page[] = []
  for (const owner of gone) leaving.push(await openLeaving(owner))
  expect(await Promise.all(gone.map(stateOf))).toEqual(
    gone.map(({ stage }) => stage.later ?? stage.at),
  )
  await platformsDown(true)
  const pages = await Promise.all(leaving.map((page) => page.press('Delete account')))
  const codes = pages.map(({ url }) => new URL(url).pathname.split('/').at(-1) ?? '')
  const steps = () =>
    Promise.all(codes.map(async (code) => (await findRequestByCode(at.sql, code))?.steps ?? []))
  await until(
    async () =>
      (await steps()).every(
        (one) => one.map(({ name, state }) => `${name} ${state}`).join() === whileDown,
      ),
    'everything but the platforms',
  )
  const workspaces = gone.map(({ workspaceId }) => workspaceId)
  expect(await at.sql`select from workspaces where id = any(${workspaces})`).toHaveLength(0)
  expect(await at.sql`select from grants where workspace_id = any(${workspaces})`).toHaveLength(0)
  const mailed = at.letters.length
  await passTime(dayMs)
  await platformsDown(false)
  await until(
    async () => (await steps()).every((one) => one.every(({ state }) => state === 'done')),
    'all of it',
    120_000,
  )
  const mailsLeft = () =>
    at.sql`select from deletion_mails union all select from outbox where kind = 'deletion-mail'`
  await until(async () => (await mailsLeft()).length === 0, 'the last emails')

  const after = await dumpEverything(at.sql, at.config.media.url)
  const left = new Map(rowsOf(after).map(([key, row]) => [key, row.replaceAll(moving, '')]))
  const still = (row: string) => row.replaceAll(moving, '')
  const kept = rowsOf(before).flatMap(([key, row]) => {
    const wanted = expected(key, row, gone)
    return wanted === null ? [] : [[key, still(wanted)] as const]
  })
  expect(kept.length).toBeGreaterThan(60)
  expect(Object.fromEntries(left)).toEqual(Object.fromEntries(kept))
  const theirFiles = [...before.rows]
    .filter(
      ([key, row]) =>
        key.startsWith('media ') &&
        [...workspaces, ...gone.map(({ userId }) => userId)].some((id) => row.includes(id)),
    )
    .flatMap(([, row]) => Object.entries(JSON.parse(row) as Record<string, string>))
    .flatMap(([column, value]) => (/_key$/.test(column) && value ? [value] : []))
  expect(theirFiles).toHaveLength(gone.length * 12) // three pictures each: file, thumbnail, medium picture and upload
  expect([...before.files].filter((file) => !after.files.has(file)).sort()).toEqual(
    theirFiles.sort(),
  )
  // Salted hashes of the deleted data, so that it can be deleted again after restoring a backup.
  expect([...after.files].filter((file) => !before.files.has(file))).toEqual([erasedIdsKey])
  expect(await findTraces(after, at.config.media.url, ['gone'])).toEqual([])
  const toThem = at.letters.slice(mailed).filter(({ to }) => /gone@/.test(to))
  expect(toThem.map(({ to, subject }) => `${to} ${subject}`).sort()).toEqual(
    gone.map(({ email }) => `${email} Your account was deleted`).sort(),
  )

  // Temporal deletes the histories within a minute. Those of other people are unchanged and
  // continue, and nothing names the people who left.
  const dead = gone.flatMap((owner) =>
    [...before.rows.values()].filter((row) => row.includes(owner.workspaceId)).map(idOf),
  )
  const isTheirs = (name: string) => dead.some((id) => id !== '' && name.includes(id))
  await until(
    async () => !(await listWorkflows()).some(isTheirs),
    'the end of the histories',
    150_000,
  )
  const histories = await historiesIn(at.client, at.config.vaultKeys)
  const kinds = new Set(
    historiesBefore.filter(({ name }) => isTheirs(name)).map(({ name }) => name.split(' ')[1]),
  )
  expect([...kinds].sort()).toEqual(['keepGrantAlive', 'publishTarget'])
  const eventsLeft = eventsIn(histories)
  for (const [name, events] of eventsIn(historiesBefore))
    if (!isTheirs(name))
      expect([name, eventsLeft.get(name)?.slice(0, events.length)]).toEqual([name, events])
  for (const { name, bytes } of histories)
    expect([name, bytes.includes('gone')]).toEqual([name, false])
}, 400_000)

/** The steps on a request's page while no platform answers. */
const whileDown =
  'posts done,tokens done,media done,content done,account done,revoke trying,revoke trying'
const idOf = (row: string): string => (JSON.parse(row) as { id?: string }).id ?? ''
const openLeaving = async ({ person }: Owner): Promise<Page> => {
  const page = await person.open('/account/leave')
  return page.text.includes('Connections you made')
    ? page
    : page.press('Continue', { confirm_password: password })
}

test('promise R2, E3: if a platform never responds, the tokens are deleted after three days anyway, and the page says so', async () => {
  await platformsDown(true)
  const { sql, config } = at
  const userId = await insertUser(sql, {
    email: 'never@gone.example',
    name: 'never',
    passwordHash: 'x',
    isOperator: false,
  })
  const workspaceId =
    (await insertWorkspace(sql, {
      slug: 'never',
      name: 'Never',
      zone: 'UTC',
      createdBy: userId,
    })) ?? ''
  await insertMembership(sql, workspaceId, userId, 'admin')
  await insertChannel(
    { sql, vault: createVault(config.vaultKeys) },
    { workspaceId, platform: 'tiktok', userId, tokens: { expiresAtMs: Date.now() + 30 * dayMs } },
  )
  const { id, code } = (await tx(sql, (t) =>
    openDeletionRequest(t, createVault(config.vaultKeys), {
      origin: 'page',
      userId,
      now: new Date(Date.now() + aheadMs),
    }),
  ))!
  const revoking = async () =>
    (await findRequestByCode(sql, code))?.steps.find((one) => one.name === 'revoke')?.state
  await until(async () => (await revoking()) === 'trying', 'the first try')
  expect(
    await sql`select from revocations where request_id = ${id} and access_token_sealed is not null`,
  ).toHaveLength(1)
  aheadMs += 3 * dayMs
  await until(async () => (await findRequestByCode(sql, code))?.finishedAt !== null, 'the end')
  expect(await revoking()).toBe('gave_up')
  expect(await sql`select from revocations where access_token_sealed is not null`).toHaveLength(0)
  expect((await at.admin.open(`/data-deletion/${code}`)).text).toContain(
    `didn’t answer for ${revocationDays} days`,
  )
  await platformsDown(false)
}, 120_000)
