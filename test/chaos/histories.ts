import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { WorkflowHandle } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { readCommand, tell, wholeNumber } from '../../commands/command.ts'
import { startMailbox } from '../../local/mail/mailbox.ts'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { knownAfterMs } from '../../temporal/search-attributes.ts'
import { createClient } from '../../web/operate/temporal-client.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { changed, grantWorkflowId, targetWorkflowId } from '../../workflows/names.ts'
import { testConfig } from '../support/config.ts'
import { type House, post, startHouse } from './house.ts'
import { portsFrom } from './house-environment.ts'
import { begun, jobs } from './jobs.ts'
import { kinds } from './kinds.ts'
import { schedule, type Wanted } from './posts.ts'
import { moveIn, type Residents } from './residents.ts'
import { onStage } from './stage.ts'
import { hasEnded, readClaims } from './verdict.ts'

const { args, options } = readCommand('histories', (command) =>
  command
    .description(
      'Records real runs of every workflow, and of every branch of `publishTarget`, sealed, in test/histories/ for the replay ' +
        'test. Those of earlier versions stay: workflows that began with them continue under the next.',
    )
    .argument('[names...]', 'only these; all of them when there is none')
    .option('--port <port>', 'the first of seven ports', wholeNumber(1, 65_000), 4290),
)
/** Change it when workflows record different histories. */
const version = '2026-11-states'
const folder = fileURLToPath(new URL(`../histories/${version}/`, import.meta.url))
const [names] = args
const isWanted = (name: string): boolean => names.length === 0 || names.includes(name)

type Rig = { house: House; residents: Residents }
/** What happens to a post between scheduling and its end. */
type Story = {
  name: string
  kind: string
  dueInMs: number
  /** Whether the post has a first comment. */
  comment?: boolean
  /** Runs before it is scheduled. */
  begins?: () => Promise<void>
  happens?: (rig: Rig, wanted: Wanted) => Promise<void>
}

const fault = (rig: Rig, rule: object) => post(`${rig.house.controlUrl}/faults`, rule)
const pageOf = (rig: Rig, { postId }: Wanted) =>
  rig.residents.admin.open(`/w/${rig.residents.slug}/posts/${postId}`)
const untilState = async ({ house }: Rig, { postId }: Wanted, state: string) => {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await sleep(100))
    if (
      (await readClaims(house.sql)).some(
        (claim) => claim.postId === postId && claim.state === state,
      )
    )
      return
  throw new Error(`post ${postId} did not come to ${state}`)
}
const move = async (rig: Rig, wanted: Wanted, inMs: number) => {
  const form = await (await pageOf(rig, wanted)).follow('Reschedule')
  await form.press('Move', { time: wallTimeOf(new Date(Date.now() + inMs), 'Europe/Zurich') })
}

const stories: Story[] = [
  { name: 'published', kind: 'Facebook photo', dueInMs: 8_000 },
  { name: 'armed-after-a-wait', kind: 'Facebook text', dueInMs: 90_000 },
  { name: 'processed', kind: 'TikTok video', dueInMs: 8_000 },
  { name: 'container', kind: 'Instagram carousel', dueInMs: 8_000 },
  {
    name: 'refused',
    kind: 'Facebook text',
    dueInMs: 8_000,
    happens: (rig) =>
      fault(rig, {
        platform: 'facebook',
        endpoint: 'feed',
        when: 'before',
        kind: 'error',
        code: 100,
      }),
  },
  {
    name: 'reconciled',
    kind: 'Facebook text',
    dueInMs: 8_000,
    happens: (rig) =>
      fault(rig, { platform: 'facebook', endpoint: 'feed', when: 'after', kind: 'reset' }),
  },
  {
    name: 'killed-while-sending',
    kind: 'Instagram image',
    dueInMs: 8_000,
    happens: async (rig, wanted) => {
      await fault(rig, {
        platform: 'instagram',
        endpoint: 'media_publish',
        when: 'after',
        kind: 'timeout',
        delayMs: 30_000,
      })
      await untilState(rig, wanted, 'sending')
      await rig.house.workers[0]?.kill()
    },
  },
  {
    name: 'canceled-while-waiting',
    kind: 'Facebook text',
    dueInMs: 7_200_000,
    happens: async (rig, wanted) => {
      await sleep(3_000)
      await (await pageOf(rig, wanted)).press('Cancel')
    },
  },
  {
    name: 'canceled-while-armed',
    kind: 'Facebook text',
    dueInMs: 20_000,
    happens: async (rig, wanted) => {
      await untilState(rig, wanted, 'ready')
      await sleep(2_000)
      await (await pageOf(rig, wanted)).press('Cancel')
    },
  },
  {
    name: 'moved-while-waiting',
    kind: 'Facebook link',
    dueInMs: 7_200_000,
    happens: async (rig, wanted) => {
      await sleep(3_000)
      await move(rig, wanted, 8_000)
    },
  },
  {
    name: 'moved-while-armed',
    kind: 'Instagram story',
    dueInMs: 25_000,
    happens: async (rig, wanted) => {
      await untilState(rig, wanted, 'ready')
      await sleep(2_000)
      await move(rig, wanted, 8_000)
    },
  },
  {
    name: 'searchable',
    kind: 'Instagram image',
    dueInMs: 8_000,
    begins: () => sleep(knownAfterMs + 5_000),
  },
  { name: 'commented', kind: 'Facebook photo', dueInMs: 8_000, comment: true },
  {
    name: 'comment-reconciled',
    kind: 'Instagram image',
    dueInMs: 8_000,
    comment: true,
    happens: (rig) =>
      fault(rig, { platform: 'instagram', endpoint: 'comments', when: 'after', kind: 'reset' }),
  },
  {
    name: 'comment-refused',
    kind: 'Facebook text',
    dueInMs: 8_000,
    comment: true,
    happens: (rig) =>
      fault(rig, {
        platform: 'facebook',
        endpoint: 'comments',
        when: 'before',
        kind: 'error',
        code: 100,
      }),
  },
]

await onStage({ name: 'histories', keep: false }, async (stage) => {
  const ports = portsFrom(options.port)
  const mailbox = await startMailbox({
    smtpPort: 0,
    webPort: 0,
    folder: join(stage.folder, 'mail'),
  })
  const house = await startHouse({
    ...stage,
    ports,
    workerEnv: { SMTP_URL: mailbox.smtpUrl },
    workers: 1,
    servers: 1,
    restartDelayMs: () => 100,
  })
  const rig = { house, residents: await moveIn(house) }
  const config = testConfig({ TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}` })
  const client = createClient(config.temporal, createDataConverter(config.vaultKeys))
  for (const [index, story] of stories.entries())
    if (isWanted(story.name)) await record(rig, client, story, index + 1)
  if (isWanted('keep-grant-alive')) await recordGrants(rig, client)
  const failed: string[] = []
  for (const [name, run] of Object.entries(jobs).filter(([one]) => isWanted(one)))
    await run({ ...rig, client })
      .then((handle) => keep(handle, name))
      .catch((error: unknown) => {
        failed.push(name)
        tell(error)
      })
  await client.connection.close()
  await house.stop()
  await mailbox.close()
  if (failed.length > 0) console.log(`Not recorded: ${failed.join(', ')}`)
  return failed.length > 0 ? 1 : 0
})

async function record(
  rig: Rig,
  client: ReturnType<typeof createClient>,
  story: Story,
  number: number,
): Promise<void> {
  const kind = kinds.find(({ name }) => name === story.kind)
  if (!kind) throw new Error(`there is no kind ${story.kind}`)
  await story.begins?.()
  const dueAt = new Date(Math.ceil((Date.now() + story.dueInMs) / 1_000) * 1_000)
  const { comment = false } = story
  const wanted = await schedule(rig.residents, {
    number,
    kind,
    account: kind.accounts[0] ?? '',
    dueAt,
    comment,
  })
  const handle = await firstRun(rig, client, wanted)
  await story.happens?.(rig, wanted)
  await untilOver(rig, wanted)
  await handle.result()
  await keep(handle, `publish-target.${story.name}`)
}

/** Histories of active authorizations that have run two rounds and wait. */
async function recordGrants(
  { house }: Rig,
  client: ReturnType<typeof createClient>,
): Promise<void> {
  for (const { id, issuer } of await house.sql<
    { id: string; issuer: string }[]
  >`select distinct on (issuer) id, issuer from grants`) {
    const handle = client.workflow.getHandle(grantWorkflowId(id))
    await handle.signal(changed)
    await sleep(5_000)
    await keep(handle, `keep-grant-alive.${issuer}`)
  }
}

async function keep(handle: WorkflowHandle, name: string): Promise<void> {
  const history = historyToJSON(await handle.fetchHistory())
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${history}\n`)
  console.log(`${name}: ${JSON.parse(history).events.length} events`)
}

/** The run that scheduling started. */
async function firstRun(
  { house }: Rig,
  client: ReturnType<typeof createClient>,
  { postId }: Wanted,
) {
  const [row] = await house.sql<{ id: string }[]>`select id from targets where post_id = ${postId}`
  return begun(client, targetWorkflowId(row?.id ?? ''))
}

/** Waits for the end of the post, including its receipt. */
async function untilOver({ house }: Rig, { postId }: Wanted): Promise<void> {
  for (const giveUpAt = Date.now() + 180_000; Date.now() < giveUpAt; await sleep(250)) {
    const [row] = await house.sql<
      { state: string; commentOpen: boolean; finishedAt: Date | null }[]
    >`
      select state, comment_open, finished_at from targets where post_id = ${postId}`
    if (row && hasEnded(row) && (row.finishedAt || row.state !== 'published')) return
  }
  throw new Error(`post ${postId} came to no end`)
}
