import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, WorkflowHandle } from '@temporalio/client'
import { makeJpeg } from '../../local/media/media-files.ts'
import { createPerson, type Page } from '../../local/people/person.ts'
import { acceptInvitation, compose, invite, password, upload } from '../../local/people/story.ts'
import { startAnnouncement } from '../../temporal/start.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import {
  deletionWorkflowId,
  disconnectWorkflowId,
  exportWorkflowId,
  importWorkflowId,
  measureScheduleId,
  mediaWorkflowId,
  policyWorkflowId,
  reportWorkflowId,
  reviewWorkflowId,
  webhookWorkflowId,
} from '../../workflows/names.ts'
import type { House } from './house.ts'
import type { Residents } from './residents.ts'

type JobRig = { house: House; residents: Residents; client: Client }
/** Does what starts a workflow, and returns the run to record. */
type Job = (rig: JobRig) => Promise<WorkflowHandle>

/**
 * Real runs of the workflows that don't publish, by the name of their history. Those that take
 * something from the workspace come last.
 */
export const jobs: Record<string, Job> = {
  'deliver-webhooks.retried': async ({ house, residents: { admin, slug }, client }) => {
    let calls = 0
    const receiver = createServer((request, answer) => {
      request.resume()
      calls += 1
      answer.writeHead(calls === 1 ? 503 : 200, { 'retry-after': '2' }).end()
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
    const form = await admin.open(`/w/${slug}/settings/developers/webhooks/new`)
    const endpoint = { url, format: 'standard', event: 'post.published' }
    await (await sure(await form.press('Add endpoint', endpoint)))
      .follow('Done')
      .then((page) => page.press('Send test'))
    const id = await newest(house, 'webhook_endpoints')
    const run = await ended(client, webhookWorkflowId(id))
    receiver.closeAllConnections()
    receiver.close()
    return run
  },
  'import-posts.made': async ({ house, residents: { admin, slug }, client }) => {
    const file = new FormData()
    file.set('key', randomUUID())
    file.append('file', new File(['text,state\nOut of the crate,draft\n'], 'posts.csv'))
    const checked = await admin.request(`/w/${slug}/posts/import`, { method: 'POST', body: file })
    await (await admin.open(checked.headers.get('location') ?? '')).press('Import 1 post')
    return ended(client, importWorkflowId(await newest(house, 'imports')))
  },
  'extend-series.made': ({ client }) => scheduled(client, 'series'),
  'review-post.approved': async (rig) => {
    const { admin } = rig.residents
    const { id, page } = await sendForApproval(rig, 3 * 3_600_000)
    const run = await begun(rig.client, reviewWorkflowId(id))
    await until(async () => {
      const [row] = await rig.house
        .sql`select from reviews where post_id = ${id} and told_at is not null`
      return row
    })
    await (await admin.open(page)).press('Approve')
    await run.result()
    return run
  },
  /** It still waits: a person could publish the post. */
  'review-post.held': async (rig) => {
    const { id } = await sendForApproval(rig, 20_000)
    const run = await begun(rig.client, reviewWorkflowId(id))
    await until(async () => {
      const [row] = await rig.house
        .sql`select from reviews where post_id = ${id} and state = 'held'`
      return row
    })
    await chooseApproval(rig, 'off')
    await sleep(3_000) // the workflow reads the row once more
    return run
  },
  'send-reports.sent': async ({ house, residents: { admin, slug }, client }) => {
    const form = await admin.open(`/w/${slug}/reports/new`)
    const made = await form.press('Save', { title: 'Numbers', period: 'week', section: 'summary' })
    const report = await sure(await made.press('Turn on', { hour: '8' }))
    const id = await newest(house, 'reports')
    const run = await begun(client, reportWorkflowId(id))
    // As if it had been on for two weeks; the hour's change says that it is to be read again.
    await house.sql`update report_schedules set handled_to = handled_to - 14 where report_id = ${id}`
    const before = await handledTo(house, id)
    const due = await sure(await report.press('Save', { hour: '0' }))
    await until(async () => (await handledTo(house, id)) > before)
    await due.press('Turn off')
    await run.result()
    return run
  },
  'render-media.made': async ({ residents: { admin, slug, channel }, client }) => {
    const large = await makeJpeg({ width: 2400, height: 2400 })
    const media = await upload(admin, slug, 'large.jpg', large)
    const account = channel('@northsiderecords')
    const time = wallTimeOf(new Date(Date.now() + 6 * 3_600_000), 'Europe/Zurich')
    const fields = {
      text: 'Larger than Instagram takes it',
      channel: account,
      media,
      [`kind.${account}`]: 'image',
      time,
    }
    await compose(admin, slug, fields, 'Schedule')
    return ended(client, mediaWorkflowId(media))
  },
  'measure-shard.measured': async ({ house, client }) => {
    const [row] = await house.sql<{ shard: number }[]>`
      select measure_shard(id)::int as shard from channels where state = 'connected' limit 1`
    return scheduled(client, measureScheduleId(row?.shard ?? 0))
  },
  'reconcile-starts.checked': ({ client }) => scheduled(client, 'reconcile-starts'),
  'enforce-retention.swept': ({ client }) => scheduled(client, 'retention'),
  'announce-policy.mailed': async ({ house, client }) => {
    const [row] = await house.sql<{ version: string }[]>`
      select version from policy_versions order by published_on desc limit 1`
    await startAnnouncement(client, row?.version ?? '')
    return ended(client, policyWorkflowId(row?.version ?? ''))
  },
  'export-data.made': async ({ house, residents: { admin }, client }) => {
    await sure(await (await admin.open('/account')).press('Export data'))
    return ended(client, exportWorkflowId(await newest(house, 'exports')))
  },
  'erase-user.erased': async ({ house, residents: { admin, slug }, client }) => {
    const leaving = createPerson(house.url)
    const link = await invite(admin, slug, 'manager')
    await acceptInvitation(leaving, link, 'Lea', 'lea@example.com')
    await (await sure(await leaving.open('/account/leave'))).press('Delete account')
    return ended(client, deletionWorkflowId(await newest(house, 'deletion_requests')))
  },
  'disconnect-channel.disconnected': async ({ house, residents: { admin, slug }, client }) => {
    const id = await newest(house, 'channels')
    const form = await sure(await admin.open(`/w/${slug}/channels/${id}/disconnect`))
    await form.press('Disconnect', { history: 'keep' })
    return ended(client, disconnectWorkflowId(id))
  },
}

/** The first run, even if it has ended: a later signal starts another one, which only reads. */
export const begun = async (client: Client, workflowId: string): Promise<WorkflowHandle> => {
  const description = await until(
    () =>
      client.workflow
        .getHandle(workflowId)
        .describe()
        .catch(() => undefined), // it is still being started
  )
  return client.workflow.getHandle(workflowId, description.runId)
}

const ended = async (client: Client, workflowId: string): Promise<WorkflowHandle> => {
  const run = await begun(client, workflowId)
  await run.result()
  return run
}

const scheduled = async (client: Client, scheduleId: string): Promise<WorkflowHandle> => {
  const schedule = client.schedule.getHandle(scheduleId)
  const since = Date.now()
  await schedule.trigger()
  const { action } = await until(async () => {
    const { recentActions } = (await schedule.describe()).info
    return recentActions.findLast(({ takenAt }) => takenAt.getTime() >= since)
  })
  return ended(client, action.workflow.workflowId)
}

/** Ten minutes after the password was entered, pages ask for it again. */
const sure = async (page: Page): Promise<Page> =>
  page.text.includes('Confirm it’s you')
    ? page.press('Continue', { confirm_password: password })
    : page

const newest = async ({ sql }: House, table: string): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`select id from ${sql(table)} order by id desc limit 1`
  if (!row) throw new Error(`there is nothing in ${table}`)
  return row.id
}

const handledTo = async ({ sql }: House, reportId: string): Promise<string> => {
  const [row] = await sql<{ day: string }[]>`
    select handled_to::text as day from report_schedules where report_id = ${reportId}`
  return row?.day ?? ''
}

const chooseApproval = async ({ residents: { admin, slug } }: JobRig, reviewOf: string) => {
  const form = await admin.open(`/w/${slug}/settings/review`)
  await form.press('Save', { reviewOf, reviewStages: 'team' })
}

const sendForApproval = async (
  rig: JobRig,
  inMs: number,
): Promise<{ id: string; page: string }> => {
  const { admin, slug, channel } = rig.residents
  await chooseApproval(rig, 'all')
  const time = wallTimeOf(new Date(Date.now() + inMs), 'Europe/Zurich')
  const account = channel('Northside Records')
  const text = `To be approved ${inMs / 1_000} seconds ahead`
  const fields = { text, channel: account, [`kind.${account}`]: 'text', time }
  const sent = await compose(admin, slug, fields, 'Send for approval')
  const id = sent.url.match(/posts\/([0-9a-f-]{36})/)?.[1]
  if (!id) throw new Error(`the post was not sent for approval: ${sent.text.slice(0, 1_500)}`)
  return { id, page: `/w/${slug}/posts/${id}` }
}

const until = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
  for (const giveUpAt = Date.now() + 120_000; Date.now() < giveUpAt; await sleep(50)) {
    const found = await look()
    if (found) return found
  }
  throw new Error('it did not happen within two minutes')
}
