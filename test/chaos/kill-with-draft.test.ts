import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { type CutRig, startCutRig } from './faults/cut-rig.ts'
import type { Kind } from './kinds.ts'
import { schedule } from './posts.ts'
import { setInSandbox } from './sandbox-settings.ts'

let rig: CutRig
beforeAll(async () => {
  rig = await startCutRig()
  await setInSandbox(rig.house, { tiktokWebhookUrl: `${rig.house.url}/callbacks/tiktok` })
}, 120_000)

type Publish = { id: string; kind: string; status: string }
const publishes = async (): Promise<Publish[]> =>
  (await (await fetch(`${rig.house.controlUrl}/tiktok/publishes`)).json()) as Publish[]
/** The creator acts in TikTok's app. */
const creator = async (act: 'drop' | 'post', { id }: Publish): Promise<void> => {
  const url = `${rig.house.controlUrl}/tiktok/publishes/${encodeURIComponent(id)}/${act}`
  const answer = await fetch(url, { method: 'POST', body: '{}' })
  expect(answer.ok, await answer.text()).toBe(true)
}
const until = async <T>(
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
  what: string,
): Promise<T> => {
  for (const giveUpAt = Date.now() + 90_000; ; await sleep(100)) {
    const value = await read()
    if (wanted(value)) return value
    if (Date.now() > giveUpAt) throw new Error(`${what}: ${JSON.stringify(value)}`)
  }
}

type Row = { state: string; attemptNumber: number; code: string | null }
const rowOf = async (postId: string): Promise<Row | undefined> => {
  const rows = await rig.house.sql<Row[]>`
    select state, attempt_number, problem ->> 'code' as code from targets where post_id = ${postId}`
  return rows[0]
}

const draftOf = (kind: 'video' | 'photos'): Kind => ({
  name: `TikTok draft, ${kind}`,
  ...{ platform: 'tiktok', kind, accounts: ['@northside.records'] },
  media: kind === 'video' ? ['clip'] : ['square', 'tall'],
  settings: { inbox: 'on', consent: 'on' },
})

/** Delivers a draft, and holds the worker before it learns of it. */
const deliverUnheard = async (kind: 'video' | 'photos', number: number) => {
  const { house, residents, breakpoints } = rig
  house.resetClock()
  const before = (await publishes()).length
  breakpoints.holdAt(({ name, moment }) => name === 'sendTarget' && moment === 'after')
  const dueAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 10_000)
  const { postId } = await schedule(residents, {
    number,
    kind: draftOf(kind),
    account: '@northside.records',
    dueAt,
  })
  await until(
    async () => breakpoints.held().length,
    (held) => held === 1,
    'the call is held',
  )
  const [draft] = await until(
    async () => (await publishes()).slice(before),
    ([one]) => one?.status === 'SEND_TO_USER_INBOX',
    'the draft is in the inbox',
  )
  return { postId, draft: draft!, made: async () => (await publishes()).length - before }
}

const kill = async (): Promise<void> => {
  for (const worker of rig.house.workers) await worker.kill()
  rig.breakpoints.release()
}
const untilState = (postId: string, state: string) =>
  until(
    () => rowOf(postId),
    (row) => row?.state === state,
    `the post is ${state}`,
  )

describe('the worker is killed after TikTok delivered a draft to the inbox', () => {
  test('a draft that is deleted meanwhile is not sent again: a person is asked', {
    timeout: 240_000,
  }, async () => {
    const { postId, draft, made } = await deliverUnheard('video', 1)
    await creator('drop', draft)
    await kill()
    expect(await untilState(postId, 'failed')).toMatchObject({
      attemptNumber: 1,
      code: 'draft_gone',
    })
    expect(await made(), 'drafts in all').toBe(1)
  })

  test('a draft that waits is found, and published when its creator posts it', {
    timeout: 240_000,
  }, async () => {
    const { postId, draft, made } = await deliverUnheard('video', 2)
    await kill()
    await untilState(postId, 'processing')
    await creator('post', draft)
    expect(await untilState(postId, 'published')).toMatchObject({ attemptNumber: 1 })
    expect(await made(), 'drafts in all').toBe(1)
  })

  test('photos whose draft TikTok never named are not sent again: a person is asked', {
    timeout: 240_000,
  }, async () => {
    const { postId, made } = await deliverUnheard('photos', 3)
    await kill()
    await until(
      () => rowOf(postId),
      (row) => row?.state === 'sending',
      'its outcome is open',
    )
    await rig.house.advance(25 * 60_000)
    expect(await untilState(postId, 'unconfirmed')).toMatchObject({ attemptNumber: 1 })
    expect(await made(), 'drafts in all').toBe(1)
  })
})
