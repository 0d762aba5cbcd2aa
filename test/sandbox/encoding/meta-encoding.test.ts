import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeMedia } from '../../../local/sandbox/judge-media.ts'
import type { Sandbox } from '../../../local/sandbox/server.ts'
import { judgeVideo as judgeForTikTok } from '../../../local/sandbox/tiktok/publishing/media-rules.ts'
import { ffmpeg } from '../../support/media/films.ts'
import {
  advance,
  graph,
  login,
  type MediaServer,
  pageToken,
  records,
  recordsInstagram,
  startMediaServer,
  startMeta,
} from '../meta-cast.ts'

// Real videos that differ from a good one in one respect only. Facts are read from the bytes.

const picture = (filter = 'null', seconds = 3.2) => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=540x960:r=30:d=${seconds},${filter}`],
  ...['-f', 'lavfi', '-i', `sine=f=440:r=48000:d=${seconds}`],
]
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '60', '-pix_fmt', 'yuv420p']
/** Encoding HEVC takes long, so these show one color. */
const plain = [
  ...['-f', 'lavfi', '-i', 'color=s=540x960:r=30:d=3.2'],
  ...['-f', 'lavfi', '-i', 'sine=f=440:r=48000:d=3.2'],
]
const hevc = [
  ...plain,
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  'yuv420p',
  '-tag:v',
  'hvc1',
]
const aac = ['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000']
const end = ['-use_editlist', '0', '-movflags', '+faststart+negative_cts_offsets']
const good = [...picture(), ...h264, ...aac, ...end]

type Takes = { instagram: boolean; reel: boolean; tiktok: boolean }
const none: Takes = { instagram: false, reel: false, tiktok: false }
/** Sound, edit lists, interlacing and bit rates are not in TikTok's rules, the last two not in Facebook's. */
const onlyTikTok: Takes = { ...none, tiktok: true }
const notInstagram: Takes = { ...onlyTikTok, reel: true }
const all: Takes = { ...notInstagram, instagram: true }

const films: Record<string, { made: string[]; takes: Takes }> = {
  'H.264 in 8 bit 4:2:0, progressive, AAC stereo with 48 kHz': { made: good, takes: all },
  'no sound at all': { made: [...good, '-an'], takes: all },
  'mono with 44.1 kHz': { made: [...good, '-ac', '1', '-ar', '44100'], takes: all },
  'B-frames with closed GOPs': { made: [...good, '-preset', 'veryfast'], takes: all },
  'HEVC in 8 bit with closed GOPs': {
    made: [...hevc, '-x265-params', 'log-level=error:open-gop=0:keyint=60', ...aac, ...end],
    takes: all,
  },
  'more than 25 Mbit/s': {
    made: [...picture('noise=alls=60:allf=t', 3.1), ...h264, '-b:v', '60M', ...aac, ...end],
    takes: notInstagram,
  },
  '10 bit 4:2:2': { made: [...good, '-pix_fmt', 'yuv422p10le'], takes: none },
  '8 bit 4:4:4': { made: [...good, '-pix_fmt', 'yuv444p'], takes: none },
  'HEVC in 10 bit': {
    made: [...hevc, '-x265-params', 'log-level=error', '-pix_fmt', 'yuv420p10le', ...aac, ...end],
    takes: none,
  },
  '5.1 sound': { made: [...good, '-ac', '6'], takes: onlyTikTok },
  'sound with 96 kHz': { made: [...good, '-ar', '96000'], takes: onlyTikTok },
  'a declared audio track without any sound': {
    made: [
      ...good,
      '-af',
      'aselect=0',
      '-movflags',
      '+frag_keyframe+empty_moov+negative_cts_offsets',
    ],
    takes: notInstagram,
  },
  'sound that is not AAC': { made: [...good, '-c:a', 'libmp3lame'], takes: onlyTikTok },
  'interlaced pictures': {
    made: [...good, '-flags', '+ilme+ildct', '-x264-params', 'tff=1'],
    takes: onlyTikTok,
  },
  'interlaced HEVC': {
    made: [...hevc, '-x265-params', 'log-level=error:interlace=tff', ...aac, ...end],
    takes: onlyTikTok,
  },
  'open GOPs': {
    made: [
      ...good,
      '-preset',
      'veryfast',
      '-x264-params',
      'open-gop=1:keyint=60:bframes=3:scenecut=0',
    ],
    takes: onlyTikTok,
  },
  'open GOPs in HEVC': {
    made: [
      ...hevc,
      '-x265-params',
      'log-level=error:open-gop=1:keyint=60:bframes=3',
      ...aac,
      ...end,
    ],
    takes: onlyTikTok,
  },
  'GOPs of 2 seconds': {
    made: [...good, '-force_key_frames', '2'],
    takes: all,
  },
  'a GOP of 1 second, which only Facebook’s reels limit': {
    made: [...good, '-g', '30'],
    takes: { ...all, reel: false },
  },
  'a GOP of 5.5 seconds, which only Facebook’s reels limit': {
    made: [...picture('null', 5.5), ...h264, '-g', '300', ...aac, ...end],
    takes: { ...all, reel: false },
  },
  'an edit list that cuts the start': {
    made: [...picture(), ...h264, '-preset', 'veryfast', ...aac, '-movflags', '+faststart'],
    takes: notInstagram,
  },
  'the index at the end': {
    made: [...good, '-movflags', 'negative_cts_offsets'],
    takes: notInstagram,
  },
}

let sandbox: Sandbox
let media: MediaServer
let user: string
let page: string
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'encodings-'))
  ;[sandbox, media] = await Promise.all([startMeta(), startMediaServer()])
  user = await login(sandbox)
  page = await pageToken(sandbox, user, records)
})
afterAll(async () => {
  await Promise.all([sandbox.close(), media.close(), rm(folder, { recursive: true })])
})

/** The status of a container of Instagram, some time after it was created. */
async function instagramStatus(video_url: string): Promise<string> {
  const { body } = await graph(sandbox, 'POST', `/${recordsInstagram}/media`, {
    access_token: user,
    media_type: 'REELS',
    video_url,
  })
  expect(body.error).toBeUndefined()
  await advance(sandbox, 5_000)
  return String(
    (await graph(sandbox, 'GET', `/${body.id}`, { access_token: user, fields: 'status' })).body
      .status,
  )
}

async function reelProblem(file_url: string): Promise<string> {
  const post = (parameters: Record<string, unknown>) =>
    graph(sandbox, 'POST', `/${records}/video_reels`, { access_token: page, ...parameters })
  const { video_id, upload_url } = (await post({ upload_phase: 'start' })).body
  await fetch(String(upload_url), {
    method: 'POST',
    headers: { authorization: `OAuth ${page}`, file_url },
  })
  await post({ upload_phase: 'finish', video_id, video_state: 'PUBLISHED' })
  await advance(sandbox, 5_000)
  const { body } = await graph(sandbox, 'GET', `/${video_id}`, {
    access_token: page,
    fields: 'status',
  })
  const { processing_phase: phase } = body.status as {
    processing_phase: { status: string; errors?: { code: number }[] }
  }
  return String(phase.errors?.[0]?.code ?? phase.status)
}

test.each(Object.entries(films))('%s', { timeout: 60_000 }, async (name, { made, takes }) => {
  const path = join(folder, 'film.mp4')
  await ffmpeg([...made, path])
  const url = media.serve(`/${Object.keys(films).indexOf(name)}.mp4`, await readFile(path), {
    type: 'video/mp4',
  })
  const judged = await judgeMedia(path)
  const stored = { sha256: '', sizeBytes: 1_000_000, ...judged }
  const problem = name.includes('without any sound') ? '2207082' : '2207026'
  expect(await instagramStatus(url), JSON.stringify(judged)).toContain(
    takes.instagram ? 'Finished' : problem,
  )
  expect(await reelProblem(url)).toBe(takes.reel ? 'complete' : '1363024')
  expect(judgeForTikTok(stored, 'direct', 600)).toBe(
    takes.tiktok ? null : 'file_format_check_failed',
  )
})
