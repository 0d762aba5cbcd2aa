import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { openRaw, sendBytes } from '../support/raw-http.ts'
import { addressOf, type Route } from '../support/routes.ts'
import type { Arena } from './arena.ts'
import { findFields, findQueryNames } from './surface.ts'

const mb = 2 ** 20
const formType = 'application/x-www-form-urlencoded'
const types = [
  formType,
  'multipart/form-data; boundary=x',
  'Application/JSON',
  'application/octet-stream',
]

/**
 * `checksPasswords`: the attack triggers password checks. Each takes 64 MB while it runs, and up to
 * four run at once. So such an attack is judged by the memory that is still used afterwards, and
 * other attacks by their peak.
 */
export type Attack = { name: string; checksPasswords?: true; run(arena: Arena): Promise<void> }

/**
 * All attacks are limited in count and time, and send requests only to the server that this program
 * has started.
 */
export const attacks: Attack[] = [
  { name: 'bodies of 300 MB', run: (arena) => sendLargeBodies(arena) },
  {
    name: '500 KB of hostile text in every field',
    checksPasswords: true,
    run: (arena) => sendHostileFields(arena, longTexts),
  },
  {
    name: 'NUL, control and bidi characters in every field',
    checksPasswords: true,
    run: (arena) => sendHostileFields(arena, strangeTexts),
  },
  {
    name: 'hostile addresses and queries',
    checksPasswords: true,
    run: (arena) => askStrangeAddresses(arena),
  },
  { name: 'damaged forms', checksPasswords: true, run: (arena) => sendDamagedForms(arena) },
  { name: '1,000 slow bodies', run: (arena) => sendSlowBodies(arena, 1_000) },
  { name: 'decoder bombs', run: (arena) => uploadBombs(arena) },
  { name: '400 event streams', run: (arena) => openStreams(arena, 400) },
]

const isWrite = ({ method }: Route): boolean => method !== 'GET'
const isUpload = ({ path }: Route): boolean =>
  /\/media(\/:fileName|\/:id\/frame|\/:\w+)?$/.test(path)

/**
 * Sends bodies with a declared length and chunked, signed out and signed in, to every route that
 * reads a body.
 */
const sendLargeBodies = async (arena: Arena): Promise<void> => {
  for (const [index, route] of arena.routes.filter(isWrite).entries())
    for (const how of ['declared', 'chunked'] as const)
      for (const cookie of ['', await arena.signIn()]) {
        const headers = { ...arena.headers(cookie), 'Content-Type': types[index % types.length]! }
        const sent = {
          port: arena.port,
          method: route.method,
          path: addressOf(route, arena.known),
          headers,
        }
        arena.count(route, (await sendBytes(sent, 300 * mb, how)).status)
      }
}

const longTexts = (): string[] => [
  `a@${'.'.repeat(480_000)}@`,
  'a@b.'.repeat(120_000),
  '1-'.repeat(240_000),
  '👩‍👩‍👧'.repeat(20_000),
  ' '.repeat(480_000),
]
const strangeTexts = (): string[] => [
  '\u0000',
  'a\u0000b\u202ec\u2066',
  'a\r\nBcc: b@example.com',
  '\ud800',
  "'; drop table users; --",
  '<script>alert(1)</script>',
  '=1+1',
  '../../etc/passwd',
  '9999-12-31T23:59',
  '1e999',
]

/**
 * Sends each field alone with one of the texts, then all fields together with each of the texts.
 */
const sendHostileFields = async (arena: Arena, make: () => string[]): Promise<void> => {
  const [texts, fields] = [make(), findFields()]
  const isLong = (texts[0]?.length ?? 0) > 1_000
  for (const route of arena.routes.filter((one) => isWrite(one) && !isUpload(one))) {
    const cookies = ['', await arena.signIn()]
    const alone = fields.map(
      (name, index) => new URLSearchParams({ [name]: texts[index % texts.length]! }),
    )
    const together = isLong
      ? []
      : texts.map(
          (text) => new URLSearchParams(Object.fromEntries(fields.map((name) => [name, text]))),
        )
    // Most routes refuse a text of 500 KB because of its size, so a few fields are enough there.
    const forms =
      isLong && !takesLongForms(route) ? alone.slice(0, texts.length) : [...alone, ...together]
    await arena.forgetThrottles()
    await inLanes(forms, 4, async (form, index) => {
      const headers = { ...arena.headers(cookies[index % 2]!), 'Content-Type': formType }
      await arena.ask(route, addressOf(route, arena.known), { headers, body: form.toString() })
    })
  }
}

const takesLongForms = ({ path }: Route): boolean => /\/posts(\/check|\/:post)?$/.test(path)

const strangeValues = [
  '%00',
  'a%00b',
  '%0d%0aX: y',
  '%e2%80%ae',
  '%ff',
  '%zz',
  '%',
  '%c0%80',
  '..%2f..%2fetc%2fpasswd',
  "'%20or%201=1--",
  '%252e%252e',
  '0001-01',
  '9999-12-31',
  '-1',
  'x'.repeat(4_000),
]

const askStrangeAddresses = async (arena: Arena): Promise<void> => {
  const names = findQueryNames()
  for (const route of arena.routes) {
    const cookies = ['', await arena.signIn()]
    const parameters = [...route.path.matchAll(/(?<=:)[a-zA-Z]+/g)].map(([name]) => name)
    const paths = parameters.flatMap((name) =>
      strangeValues.map((value) => addressOf(route, { ...arena.known, [name]: value })),
    )
    const queries = isWrite(route)
      ? []
      : strangeValues.map(
          (value) =>
            `${addressOf(route, arena.known)}?${names.map((name) => `${name}=${value}`).join('&')}`,
        )
    await arena.forgetThrottles()
    await inLanes(
      [...paths, ...queries.filter((path) => path.length < 12_000)],
      4,
      async (path, index) => {
        const body = isWrite(route) ? 'a=b' : null
        await arena.ask(route, path, {
          headers: { ...arena.headers(cookies[index % 2]!), 'Content-Type': formType },
          body,
        })
      },
    )
  }
}

const damagedForms: [string, string][] = [
  ['multipart/form-data', '--x'],
  [
    'multipart/form-data; boundary=x',
    `--x\r\n${'Content-Disposition: form-data; name="a"\r\n'.repeat(1_000)}\r\n1\r\n--x--\r\n`,
  ],
  [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(1_000),
  ],
  ['MULTIPART/form-data; boundary="', '--'],
  [formType, 'a&'.repeat(30_000)],
  [formType, '%'.repeat(60_000)],
  ['application/json', '{"payloads":'.repeat(5_000)],
  ['application/json', '['.repeat(60_000)],
  ['', '\u0000'.repeat(1_000)],
]

const sendDamagedForms = async (arena: Arena): Promise<void> => {
  for (const route of arena.routes.filter(isWrite)) {
    const cookies = ['', await arena.signIn()]
    await arena.forgetThrottles()
    for (const [index, [type, body]] of damagedForms.entries())
      await arena.ask(route, addressOf(route, arena.known), {
        headers: { ...arena.headers(cookies[index % 2]!), 'Content-Type': type },
        body,
      })
  }
}

/**
 * Each declares 50,000 bytes and sends one every two seconds. All must be disconnected within a
 * minute.
 */
const sendSlowBodies = async (arena: Arena, count: number): Promise<void> => {
  const paths = ['/sign-in', '/password-reset', '/data-deletion', '/nowhere', '/w/northside/posts']
  const head = (index: number) => [
    `POST ${paths[index % paths.length]} HTTP/1.1`,
    'Host: hostile.example.com',
    `Origin: ${arena.origin}`,
    `Content-Type: ${formType}`,
    'Content-Length: 50000',
  ]
  await arena.forgetThrottles()
  const open = await Promise.all(
    Array.from({ length: count }, (_, index) => openRaw(arena.port, head(index))),
  )
  for (let round = 0; round < 30 && open.some(({ socket }) => !socket.destroyed); round++) {
    for (const { socket } of open) if (socket.writable) socket.write('a')
    if (round % 5 === 0) await arena.forgetThrottles()
    await sleep(2_000)
  }
  for (const { said } of open)
    arena.count({ method: 'POST', path: 'slow' }, Number(/^HTTP\/1.1 (\d+)/.exec(said())?.[1] ?? 0))
  const left = open.filter(({ socket }) => !socket.destroyed)
  for (const { socket } of left) socket.destroy()
  if (left.length > 0)
    arena.fail(`${left.length} of ${count} slow bodies were still open after a minute`)
}

/**
 * Small files that need much memory or time to decode, and files that are not what they claim to
 * be.
 */
const uploadBombs = async (arena: Arena): Promise<void> => {
  const flat = (side: number) =>
    sharp({
      create: { width: side, height: side, channels: 3, background: '#000' },
      limitInputPixels: false,
    })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9000" height="9000"><filter id="f">${'<feTurbulence numOctaves="9"/>'.repeat(200)}</filter><rect width="9000" height="9000" filter="url(#f)"/></svg>`
  const bombs: [string, Buffer][] = [
    ['pixels.png', await flat(16_000).png({ compressionLevel: 9 }).toBuffer()],
    ['pixels.webp', await flat(16_000).webp({ quality: 1 }).toBuffer()],
    ['drawing.png', Buffer.from(svg)],
    ['cut.jpg', (await flat(3_000).jpeg().toBuffer()).subarray(0, 5_000)],
    ['zeros.mp4', Buffer.alloc(2 * mb)],
    [
      'boxes.mp4',
      Buffer.concat(Array.from({ length: 40_000 }, () => Buffer.from('0000000866726565', 'hex'))),
    ],
    ['text.gif', Buffer.from(`GIF89a${'a'.repeat(50_000)}`)],
  ]
  const route: Route = { method: 'PUT', path: '/w/:workspace/media/:fileName' }
  const cookie = await arena.signIn()
  for (let round = 0; round < 3; round++)
    await inLanes(bombs, 7, async ([name, bytes]) => {
      await arena.ask(route, addressOf(route, { ...arena.known, fileName: name }), {
        headers: arena.headers(cookie),
        body: new Uint8Array(bytes),
      })
    })
}

const openStreams = async (arena: Arena, count: number): Promise<void> => {
  const cookie = await arena.signIn()
  const head = [
    'GET /w/northside/calendar/events HTTP/1.1',
    'Host: hostile.example.com',
    `Cookie: ${cookie}`,
  ]
  const open = []
  for (let index = 0; index < count; index++) open.push(await openRaw(arena.port, head))
  await sleep(2_000)
  for (const { said } of open)
    arena.count(
      { method: 'GET', path: 'events' },
      Number(/^HTTP\/1.1 (\d+)/.exec(said())?.[1] ?? 0),
    )
  const ends = (text: string) => text.endsWith('0\r\n\r\n')
  const left = open.filter(({ said, socket }) => !socket.destroyed && !ends(said())).length
  if (left > 20) arena.fail(`${left} streams of one session were open at once`)
  for (const { socket } of open) socket.destroy()
}

/** Processes `items` in parallel, at most `lanes` at a time. */
const inLanes = async <T>(
  items: T[],
  lanes: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> => {
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const index = next++
      await work(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
