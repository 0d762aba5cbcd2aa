import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Draft,
  type DraftWanted,
  draftOf,
  prepare,
  problemOf,
  publish,
  send,
  settle,
} from '../../support/draft.ts'
import { type Connection, type Rig, startRig } from '../../support/platforms/against-sandbox.ts'
import { video } from '../../support/publishable.ts'

let rig: Rig
let meta: Connection

beforeAll(async () => {
  rig = await startRig()
})
beforeEach(async () => {
  await rig.reset()
  meta = await rig.connect('meta')
})
afterAll(() => rig.close())

type Wanted = Partial<DraftWanted> & { kind: string }
const on = (platform: string, wanted: Wanted): Draft =>
  draftOf(rig, { platform, account: meta.account(platform), ...wanted })
const facebook = (wanted: Wanted) => on('facebook', wanted)

/** The problem, whichever step is refused. Nothing must be published. */
const refusalOf = async (draft: Draft) => {
  const all = async () => {
    await prepare(rig, draft)
    await settle(rig, draft, await send(rig, draft))
  }
  const problem = await problemOf(all())
  expect(await rig.posts()).toEqual([])
  return problem
}

describe('Facebook refuses', () => {
  test('a text identical to the previous post', async () => {
    await publish(rig, facebook({ kind: 'text', text: 'Twice' }))
    const again = facebook({ kind: 'text', text: 'Twice' })
    await prepare(rig, again)
    expect(await problemOf(send(rig, again))).toMatchObject({ code: '506' })
    expect(await rig.posts()).toHaveLength(1)
  })

  test('an empty post, a text of more than 63,206 characters, and a file that is not a picture', async () => {
    expect(await refusalOf(facebook({ kind: 'text', text: '' }))).toMatchObject({
      kind: 'rejected',
      code: '197',
    })
    expect(await refusalOf(facebook({ kind: 'text', text: 'x'.repeat(63_207) }))).toMatchObject({
      kind: 'rejected',
      code: '100',
    })
    const broken = rig.host.offer(Buffer.from('no picture at all'), {})
    expect(await refusalOf(facebook({ kind: 'photo', media: [broken] }))).toMatchObject({
      kind: 'rejected',
      code: '324',
    })
  })

  test('a link that it cannot read', async () => {
    const link = `${rig.host.url}/nothing-here`
    expect(await refusalOf(facebook({ kind: 'link', text: 'Look', link }))).toMatchObject({
      kind: 'rejected',
      code: '1609005',
    })
  })

  test('a reel that is too short, after processing it', async () => {
    const short = await video(rig.host, 'short', { durationMs: 1_000 })
    expect(await refusalOf(facebook({ kind: 'reel', media: [short] }))).toMatchObject({
      kind: 'rejected',
      subcode: '1363128',
    })
  })
})
