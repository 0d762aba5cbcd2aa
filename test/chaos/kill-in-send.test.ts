import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { compose, upload } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { ffmpeg } from '../support/media/films.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'
import { type CutRig, startCutRig } from './faults/cut-rig.ts'
import { rounds } from './faults/cuts.ts'
import { cutRound } from './faults/cutting.ts'
import { kinds } from './kinds.ts'

let rig: CutRig
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-kill-'))
  atTheEnd(() => rm(folder, { recursive: true }))
  rig = await startCutRig({ FFMPEG_PATH: await steadyFfmpeg() })
}, 120_000)

/** ffmpeg that encodes two seconds of a video a second, however fast or busy the machine is. */
const steadyFfmpeg = async (): Promise<string> => {
  const path = join(folder, 'ffmpeg')
  const real = testConfig().media.ffmpeg
  const pace = `case "$*" in *libx264*) exec '${real}' -readrate 2 "$@";; esac`
  await writeFile(path, `#!/bin/sh\n${pace}\nexec '${real}' "$@"\n`)
  await chmod(path, 0o755)
  return path
}

/** Twelve seconds that no platform takes as they are: its colors are 4:2:2. */
const film = async (): Promise<Buffer> => {
  const path = join(folder, 'film.mp4')
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv422p']
  await ffmpeg(['-f', 'lavfi', '-i', 'smptebars=s=540x540:r=24:d=12', ...codec, path])
  return readFile(path)
}

/**
 * `npm run chaos:steps` runs all steps and moments. It also cuts TikTok's photos after the call,
 * which take minutes to settle.
 */
const sends = rounds.filter(({ name }) => name.startsWith('send'))
const quick = kinds.filter(({ name }) => name !== 'TikTok photos')

describe('every kind of post is published exactly once if the worker is killed while it sends', () => {
  test.each(sends.map((round, index) => ({ round, index })))(
    '$round.name',
    async ({ round, index }) => {
      const cells = await cutRound(rig, round, index * kinds.length + 1, quick)
      expect(cells.map(({ kind, words }) => ({ kind, words }))).toEqual(
        quick.map(({ name }) => ({ kind: name, words: '' })),
      )
    },
    240_000,
  )
})

describe('a post whose video is half converted when the worker is killed', () => {
  type Conversion = { conversion: string | null; share: number; sha256: string }
  type Target = { state: string; attempt: number; sentAt: Date | null }

  test('waits for the next worker past its time, and is then published once on each platform', {
    timeout: 240_000,
  }, async () => {
    const { house, residents, breakpoints } = rig
    const { admin, slug, channel } = residents
    house.resetClock()
    breakpoints.release()
    await house.workers[0]?.up()
    const id = await upload(admin, slug, 'film.mp4', await film())
    const tiktok = channel('@northside.records')
    const fields = {
      text: 'Half converted',
      channel: [channel('Northside Records'), channel('@northsiderecords'), tiktok],
      media: [id],
      time: wallTimeOf(new Date(Date.now() + 2_000), 'Europe/Zurich'),
      [`${tiktok}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
      [`${tiktok}.consent`]: 'on',
    }
    const page = await compose(admin, slug, fields, 'Schedule')
    const postId = page.url.match(/posts\/([0-9a-f-]{36})\?/)?.[1]
    if (!postId) throw new Error(`it was not scheduled: ${page.text}`)
    const media = async (): Promise<Conversion> => {
      const [row] = await house.sql<Conversion[]>`
        select conversion, conversion_share as share, encode(sha256, 'hex') as sha256 from media where id = ${id}`
      return row!
    }
    const targets = () => house.sql<Target[]>`
      select state, attempt_number as attempt, sent_at from targets where post_id = ${postId}`
    await expect
      .poll(async () => (await media()).share, { timeout: 60_000, interval: 20 })
      .toBeGreaterThan(0.3)
    await house.workers[0]?.kill()
    const [killedAt, half] = [new Date(), await media()]
    expect([half.conversion, half.share < 1]).toEqual(['waiting', true])
    const published = { state: 'published', attempt: 1 }
    await expect
      .poll(targets, { timeout: 120_000 })
      .toMatchObject([published, published, published])
    for (const { sentAt } of await targets()) expect(Number(sentAt)).toBeGreaterThan(+killedAt)
    const made = await media()
    expect(made.conversion).toBeNull()
    const ledger = (await (await fetch(`${house.controlUrl}/ledger/posts`)).json()) as LedgerPost[]
    const posted = ledger.filter(({ text }) => text === 'Half converted')
    expect(posted.map(({ platform }) => platform).sort()).toEqual([
      'facebook',
      'instagram',
      'tiktok',
    ])
    expect(new Set(posted.flatMap((one) => one.media.map(({ sha256 }) => sha256)))).toEqual(
      new Set([made.sha256]),
    )
  })
})
