import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { MediaToSend, Publication } from '../../../platforms/platform.ts'

export type ScriptedAnswer = {
  status?: number
  body?: string
  headers?: Record<string, string>
  drop?: boolean
}
type ScriptedCall = {
  method: string
  path: string
  headers: Record<string, string | undefined>
  body: Buffer
}

/**
 * A server that returns prepared responses in order, one per call of a path, and records every
 * call.
 */
export const startScript = async () => {
  const answers = new Map<string, ScriptedAnswer[]>()
  const calls: ScriptedCall[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const path = request.url ?? ''
      const headers = request.headers as Record<string, string | undefined>
      calls.push({ method: request.method ?? '', path, headers, body: Buffer.concat(parts) })
      const answer = answers.get(path.split('?')[0] ?? '')?.shift()
      if (answer?.drop) return request.socket.destroy()
      response.writeHead(answer?.status ?? (answer ? 200 : 418), {
        'content-type': 'application/json',
        ...answer?.headers,
      })
      response.end(answer?.body ?? 'no answer is prepared for this call')
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    calls,
    callsOf: (path: string) => calls.filter((call) => call.path.startsWith(path)),
    answer: (path: string, ...next: ScriptedAnswer[]) =>
      answers.set(path, [...(answers.get(path) ?? []), ...next]),
    close: () => new Promise<void>((closed) => server.close(() => closed()).closeAllConnections()),
  }
}

export type Script = Awaited<ReturnType<typeof startScript>>

export const paths = {
  token: '/v2/oauth/token/',
  revoke: '/v2/oauth/revoke/',
  user: '/v2/user/info/',
  creator: '/v2/post/publish/creator_info/query/',
  videoInit: '/v2/post/publish/video/init/',
  photoInit: '/v2/post/publish/content/init/',
  status: '/v2/post/publish/status/fetch/',
  list: '/v2/video/list/',
  upload: '/video/',
}

/** The envelope around `data`, as JSON text, so that ids stay exact. */
export const ok = (data: string): ScriptedAnswer => ({
  body: `{"data":${data},"error":{"code":"ok","message":"","log_id":"20260911081532A1B2C3D4E5F60718293A"}}`,
})

export const refusal = (status: number, code: string, message = ''): ScriptedAnswer => ({
  status,
  body: JSON.stringify({ data: {}, error: { code, message, log_id: '20260911LOG' } }),
})

export const creatorInfo =
  ok(`{"creator_avatar_url":"https://p16.example/avatar.jpeg","creator_username":"crate.demo",
  "creator_nickname":"Crate Demo","privacy_level_options":["PUBLIC_TO_EVERYONE","MUTUAL_FOLLOW_FRIENDS","SELF_ONLY"],
  "comment_disabled":false,"duet_disabled":false,"stitch_disabled":true,"max_video_post_duration_sec":600}`)

export const status = (state: string, more = ''): ScriptedAnswer =>
  ok(`{"status":"${state}","fail_reason":""${more}}`)

const bytesOf = (start: number, end: number): Readable =>
  Readable.from(
    (function* () {
      for (let at = start; at <= end; at += 1_000_000)
        yield Buffer.alloc(Math.min(1_000_000, end - at + 1), 7)
    })(),
  )

export const video = (sizeBytes: number): MediaToSend => ({
  id: 'm1',
  kind: 'video',
  contentType: 'video/mp4',
  sizeBytes,
  width: 1080,
  height: 1920,
  durationMs: 21_000,
  videoCodec: 'avc',
  audioCodec: 'aac',
  fps: 30,
  altText: '',
  url: 'https://media.example.org/m/v.mp4',
  open: (range) => bytesOf(range?.start ?? 0, range?.end ?? sizeBytes - 1),
})

export const photo = (name: string): MediaToSend => ({
  ...video(400_000),
  id: name,
  kind: 'image',
  contentType: 'image/jpeg',
  width: 1080,
  height: 1350,
  durationMs: null,
  videoCodec: null,
  audioCodec: null,
  fps: null,
  url: `https://media.example.org/m/${name}`,
})

export const chosen: JsonRecord = {
  privacy_level: 'PUBLIC_TO_EVERYONE',
  allow_comment: true,
  disclose: false,
  consent_at: '2026-11-23T09:00:00.000Z',
  consent_text: "By posting, you agree to TikTok's Music Usage Confirmation",
}

export type TestPublication = Publication & { saved: JsonRecord[]; left: number }

/** A publication whose saves are recorded and become its handles, as with the database. */
export const publication = (over: Partial<Publication>): TestPublication => {
  const made: TestPublication = {
    account: {
      id: '-000SbxOpenId1',
      settings: { username: 'crate.demo' },
      grantToken: 'act.sbx1',
      accountToken: null,
    },
    kind: 'video',
    text: 'New crate #vinyl',
    link: null,
    settings: chosen,
    media: [video(4_194_304)],
    handles: {},
    save: async (handles) => {
      made.saved.push(handles)
      made.handles = handles
    },
    seal: (secret) => Buffer.from(secret).toString('base64'),
    open: (sealed) => Buffer.from(sealed, 'base64').toString(),
    leaving: () => {
      made.left += 1
    },
    takeTurn: async () => undefined,
    now: () => 1_760_000_000_000,
    signal: new AbortController().signal,
    saved: [],
    left: 0,
    ...over,
  }
  return made
}
