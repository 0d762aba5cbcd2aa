import { randomBytes } from 'node:crypto'
import { defineSearchAttributeKey } from '@temporalio/common'
import { pino } from 'pino'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPerson } from '../../local/people/person.ts'
import { acceptInvitation, compose, invite } from '../../local/people/story.ts'
import { ensureSearchAttributes } from '../../temporal/search-attributes.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import {
  deletionWorkflowId,
  disconnectWorkflowId,
  exportWorkflowId,
  grantWorkflowId,
  targetWorkflowId,
} from '../../workflows/names.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
beforeAll(async () => {
  house = await install({ env: { TEMPORAL_UI_URL: 'http://127.0.0.1:9' } })
}, 90_000)

const keys = ['Workspace', 'Channel', 'Platform', 'State'].map((name) =>
  defineSearchAttributeKey(name, 'KEYWORD'),
)
const attributesOf = async (workflowId: string) => {
  const { typedSearchAttributes } = await house.client.workflow.getHandle(workflowId).describe()
  return keys.map((key) => typedSearchAttributes.get(key) ?? null)
}
/** Polls, because the relay starts workflows about a second after the click. */
const startedWith = (workflowId: string, attributes: (string | null)[]) =>
  expect
    .poll(() => attributesOf(workflowId).catch(() => null), { timeout: 20_000 })
    .toEqual(attributes)
const log = pino({ level: 'silent' })

describe('operators can find the workflow', () => {
  test('of a post, by workspace, account, platform and state, from its page', {
    timeout: 60_000,
  }, async () => {
    const channel = house.channel('Northside Records')
    const dueAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_000)
    const time = wallTimeOf(dueAt, 'Europe/Zurich')
    const { url } = await compose(
      house.admin,
      house.slug,
      { text: 'Found by its attributes', channel: [channel], time },
      'Schedule',
    )
    const page = await untilPage(house.admin, url, (page) => page.text.includes('published'))
    const [target] =
      await house.sql`select t.id, t.workspace_id from targets t join posts p on p.id = t.post_id where p.text like 'Found by%'`
    const workflowId = targetWorkflowId(target!.id)
    await expect
      .poll(() => attributesOf(workflowId), { timeout: 20_000 })
      .toEqual([target!.workspaceId, channel, 'facebook', 'published'])
    expect(page.html).toContain(`href="/temporal/namespaces/default/workflows/${workflowId}"`)
  })

  test('of an authorization, from the page of connected accounts', async () => {
    const [grant] = await house.sql`select id, workspace_id from grants where issuer = 'meta'`
    const workflowId = grantWorkflowId(grant!.id)
    await expect
      .poll(() => attributesOf(workflowId), { timeout: 20_000 })
      .toEqual([grant!.workspaceId, null, 'meta', 'active'])
    const page = await house.admin.open(`/w/${house.slug}/channels`)
    expect(page.html).toContain(`href="/temporal/namespaces/default/workflows/${workflowId}"`)
    await house.sql`update users set is_operator = false`
    expect((await house.admin.open(`/w/${house.slug}/channels`)).html).not.toContain('/temporal/')
  })

  test('of a disconnection, an export and a deletion, right from the start', {
    timeout: 90_000,
  }, async () => {
    const max = createPerson(house.url)
    await acceptInvitation(
      max,
      await invite(house.admin, house.slug, 'manager'),
      'Max',
      'max@example.com',
    )
    await (await max.open('/account')).press('Export data')
    const [asked] = await house.sql`select id from exports`
    await startedWith(exportWorkflowId(asked!.id), [null, null, null, 'exporting'])

    const [channel] =
      await house.sql`select id, workspace_id from channels where platform = 'tiktok'`
    const question = await house.admin.open(`/w/${house.slug}/channels/${channel!.id}/disconnect`)
    await question.press('Disconnect', { history: 'keep' })
    await startedWith(disconnectWorkflowId(channel!.id), [
      channel!.workspaceId,
      channel!.id,
      'tiktok',
      'disconnecting',
    ])

    await (await max.open('/data-deletion')).press('Email me the link', {
      email: 'max@example.com',
    })
    const letterOf = () =>
      house.letters.find(
        (letter) => letter.to === 'max@example.com' && letter.text.includes('/data-deletion/'),
      )
    await expect.poll(letterOf, { timeout: 20_000 }).toBeDefined()
    const confirm = await max.open(letterOf()!.text.match(/https?:\/\/\S+\/data-deletion\/\S+/)![0])
    await confirm.press('Delete account')
    const [request] = await house.sql`select id from deletion_requests`
    await startedWith(deletionWorkflowId(request!.id), [null, null, null, 'erasing'])
  })

  test('in a namespace without the search attributes: they are created, and used only once the cluster knows them', async () => {
    const namespace = `test-${randomBytes(8).toString('hex')}`
    const { connection } = house.client
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    })
    let aheadMs = 0
    const deps = { connection, namespace, log, now: () => Date.now() + aheadMs }
    const isSearchable = await ensureSearchAttributes(deps)
    expect(isSearchable()).toBe(false)
    aheadMs = 91_000
    expect(isSearchable()).toBe(true)
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    })
    expect(customAttributes).toMatchObject({ Workspace: 2, Channel: 2, Platform: 2, State: 2 })
    expect((await ensureSearchAttributes({ ...deps, now: Date.now }))()).toBe(true)
  })

  test('not by search attributes that cannot be created: they are not used', async () => {
    const { connection } = house.client
    const deps = {
      connection,
      namespace: 'there is no such namespace',
      log,
      now: () => Date.now() + 10 * 86_400_000,
    }
    expect((await ensureSearchAttributes(deps))()).toBe(false)
  })
})
