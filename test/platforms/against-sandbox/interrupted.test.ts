import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PlatformError } from '../../../platforms/errors.ts'
import { Died, type Draft, draftOf, prepare, send, settle } from '../../support/draft.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { photo, video } from '../../support/publishable.ts'
import type { HostedMedia } from '../../support/servers/media-host.ts'

let rig: Rig
let meta: Connection
let tiktok: Connection
const files: Record<string, HostedMedia> = {}

beforeAll(async () => {
  rig = await startRig()
  files.one = await photo(rig.host, '#111111')
  files.two = await photo(rig.host, '#222222')
  files.film = await video(rig.host, 'film', { padBytes: 60_000 })
  files.long = await video(rig.host, 'long', { padBytes: 65_000_000 })
})
beforeEach(async () => {
  await rig.reset()
  meta = await rig.connect('meta')
  tiktok = await rig.connect('tiktok')
})
afterAll(() => rig.close())

/** `only`: the saves and calls to disturb, if all of them would take too long. */
const kinds: { platform: string; kind: string; media: string[]; only?: number[] }[] = [
  { platform: 'facebook', kind: 'photos', media: ['one', 'two'] },
  { platform: 'facebook', kind: 'video', media: ['film'] },
  { platform: 'facebook', kind: 'reel', media: ['film'] },
  { platform: 'instagram', kind: 'image', media: ['one'] },
  { platform: 'instagram', kind: 'carousel', media: ['one', 'film'] },
  { platform: 'instagram', kind: 'reel', media: ['film'] },
  { platform: 'tiktok', kind: 'video', media: ['film'] },
  { platform: 'tiktok', kind: 'video', media: ['long'], only: [2, 4] },
  { platform: 'tiktok', kind: 'photos', media: ['one'] },
]

let number = 0
const newDraft = ({ platform, kind, media }: (typeof kinds)[number]): Draft => {
  number += 1
  const account = (platform === 'tiktok' ? tiktok : meta).account(platform)
  return draftOf(rig, {
    platform,
    account,
    kind,
    text: `Number ${number}`,
    media: media.flatMap((name) => files[name] ?? []),
  })
}

/** Prepares again after each interruption. Returns what interrupted it, in order. */
const prepareStubbornly = async (draft: Draft): Promise<string[]> => {
  const interruptions: string[] = []
  for (let tries = 0; tries < 5; tries += 1) {
    try {
      await prepare(rig, draft)
      return interruptions
    } catch (error) {
      if (!(error instanceof Died) && !(error instanceof PlatformError)) throw error
      interruptions.push(error instanceof PlatformError ? error.kind : 'died')
      await rig.advance(20_000)
    }
  }
  throw new Error(`interrupted for good: ${interruptions.join(', ')}`)
}

const expectOnePost = async (draft: Draft): Promise<void> => {
  const before = await rig.posts()
  await settle(rig, draft, await send(rig, draft))
  const made = (await rig.posts()).slice(before.length)
  expect(made).toHaveLength(1)
  expect(made[0]?.media.map((item) => item.sha256)).toEqual(
    draft.publication().media.map((item) => (item as HostedMedia).sha256),
  )
}

/** The calls of an undisturbed prepare, so that each can be disturbed in turn. */
const callsOfPrepare = async (draft: Draft): Promise<string[]> => {
  const sinceId = String((await rig.calls()).at(-1)?.id ?? 0)
  await prepare(rig, draft)
  return (await rig.calls({ sinceId })).map((call) => call.endpoint)
}

/** In a series of equal calls, disturbing the first and the last is enough. */
const worthDisturbing = (endpoints: string[]): number[] =>
  endpoints.flatMap((endpoint, index) =>
    endpoint !== endpoints[index - 1] || endpoint !== endpoints[index + 1] ? [index + 1] : [],
  )

// promise: D6 is about sending; it holds only if preparing can be repeated.
describe('interrupted preparation resumes and makes one post', () => {
  for (const wanted of kinds) {
    const name = `${wanted.platform} ${wanted.kind} of ${wanted.media.join(' and ')}`

    test(`${name}: the process dies before any save`, async () => {
      for (const save of wanted.only ?? [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        const draft = newDraft(wanted)
        draft.dieAtSave(save)
        const interruptions = await prepareStubbornly(draft)
        if (interruptions.length === 0) {
          expect(save, 'it saves something').toBeGreaterThan(1)
          break
        }
        // A step whose response was lost may be refused once before it starts again.
        expect(['died', 'died,unavailable']).toContain(interruptions.join())
        await expectOnePost(draft)
        await rig.advance(90_000)
      }
    })

    test(`${name}: any call fails, before or after its effect`, async () => {
      const endpoints = await callsOfPrepare(newDraft(wanted))
      expect(endpoints.length).toBeGreaterThan(0)
      for (const nth of wanted.only ?? worthDisturbing(endpoints)) {
        for (const when of ['before', 'after'] as const) {
          const fault = `${endpoints[nth - 1]} broken ${when}`
          await rig.advance(90_000)
          const draft = newDraft(wanted)
          await rig.fault({ endpoint: '*', nth, when, kind: 'reset' })
          expect(['unavailable', 'unavailable,unavailable'], fault).toContain(
            (await prepareStubbornly(draft)).join(),
          )
          await expectOnePost(draft)
          await rig.control('DELETE', '/faults')
        }
      }
    })
  }

  test('a post that is ready stays ready, however often it is prepared', async () => {
    for (const wanted of kinds) {
      await rig.advance(90_000)
      const draft = newDraft(wanted)
      await prepare(rig, draft)
      const handles = draft.handles()
      await prepare(rig, draft)
      await prepare(rig, draft)
      expect(draft.handles(), `${wanted.platform} ${wanted.kind}`).toEqual(handles)
      await expectOnePost(draft)
    }
  })
})
