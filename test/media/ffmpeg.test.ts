import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFfmpeg, type FfmpegFailed } from '../../media/ffmpeg.ts'
import { createDecodeQueue } from '../../media/queue.ts'
import { testConfig } from '../support/config.ts'

const program = testConfig().media.ffmpeg
const ffmpeg = createFfmpeg(program)
/** More than any limit below lets through. */
const endless = ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=60:d=36000', '-c:v', 'libx264']
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-ffmpeg-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const why = (work: Promise<unknown>): Promise<FfmpegFailed> =>
  work.then(
    () => expect.unreachable('it succeeded'),
    (error: FfmpegFailed) => error,
  )

it('reports its progress', async () => {
  const done: number[] = []
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=30:d=5', '-c:v', 'libx264']
  await ffmpeg([...source, join(folder, 'whole.mp4')], { onProgress: (ms) => done.push(ms) })
  expect(done.at(-1)).toBeGreaterThan(4_000)
  expect((await stat(join(folder, 'whole.mp4'))).size).toBeGreaterThan(1_000)
})

it.each([
  ['time by the clock', { clockSeconds: 1 }, 'too_slow'],
  ['time of the processor', { processorSeconds: 1 }, 'too_slow'],
  ['size of the output', { outputBytes: 20_000 }, 'too_large'],
  ['memory', { memoryBytes: 300_000_000 }, 'failed'],
] as const)('stops at its limit of %s', async (_limit, limits, expected) => {
  const error = await why(ffmpeg([...endless, join(folder, 'limited.mp4')], limits))
  expect([error.name, error.why]).toEqual(['FfmpegFailed', expected])
})

it('reads nothing from the network, whatever a file refers to', async () => {
  const visits: number[] = []
  const server = createServer((socket) => socket.end()).on('connection', () => visits.push(1))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const error = await why(ffmpeg(['-i', `http://127.0.0.1:${port}/x.mp4`, join(folder, 'x.mp4')]))
  server.close()
  expect(error.log).toContain("Protocol 'http' not on whitelist")
  expect(visits).toEqual([])
})

it('what it quotes from a file, such as where it was filmed, never reaches a log line', async () => {
  const told = join(folder, 'told.mp4')
  const source = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=320x240:r=30:d=1',
    '-c:v',
    'libx264',
    '-metadata',
    'title=At Ada’s house',
  ]
  await ffmpeg([...source, told])
  const error = await why(ffmpeg(['-i', told, '-c', 'copy', '-f', 'none', join(folder, 'never')]))
  expect(error.log).toContain('At Ada’s house')
  const lines: string[] = []
  pino({}, { write: (line) => void lines.push(line) }).error({ err: error }, 'it failed')
  expect(lines.join()).toContain('ffmpeg: failed')
  expect(lines.join()).not.toContain('Ada’s')
})

it('stops when its job runs out of time in the queue, and nothing of that job starts afterwards', async () => {
  const inTurn = createDecodeQueue({ running: 1, waiting: 1, deadlineMs: 1_500 })
  const ends: string[] = []
  let over: Promise<unknown> = Promise.resolve()
  const job = inTurn('a', (signal) => {
    const own = createFfmpeg(program, signal)
    over = (async () => {
      ends.push((await why(own([...endless, join(folder, 'late.mp4')]))).why)
      ends.push((await why(own([...endless, join(folder, 'later.mp4')]))).why)
    })()
    return over
  })
  await expect(job).rejects.toThrow('This file took too long to read.')
  await over
  expect(ends).toEqual(['stopped', 'stopped'])
  expect(await readdir(folder)).not.toContain('later.mp4')
})

it('a program that does not exist is reported as missing, not as a damaged video', async () => {
  expect((await why(createFfmpeg(join(folder, 'none'))(['-version']))).why).toBe('missing')
})

it('can be stopped by the caller', async () => {
  const stop = new AbortController()
  const onProgress = () => stop.abort()
  const error = await why(
    ffmpeg([...endless, join(folder, 'stopped.mp4')], { signal: stop.signal, onProgress }),
  )
  expect(error.why).toBe('stopped')
})

it('stops when the process that started it is killed', async () => {
  const out = join(folder, 'orphan.mp4')
  const module = fileURLToPath(new URL('../../media/ffmpeg.ts', import.meta.url))
  const script = `
    const { createFfmpeg } = await import(${JSON.stringify(module)})
    const onProgress = () => process.stdout.write('running\\n')
    await createFfmpeg(${JSON.stringify(program)})(${JSON.stringify([...endless, out])}, { onProgress })`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(parent.stdout, 'data')
  const children = await pidsOf(out)
  expect(children.length).toBeGreaterThan(0)
  parent.kill('SIGKILL')
  await expect.poll(() => pidsOf(out), { timeout: 20_000 }).toEqual([])
})

/** Processes that have this path as an argument. */
const pidsOf = async (path: string): Promise<number[]> => {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '') // it has just ended
    const own = words.split('\0')
    if (own.includes(path) && !own[0]?.includes('node')) found.push(Number(name))
  }
  return found
}
