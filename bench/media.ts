import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { close, connect } from '../db/postgres/connect.ts'
import type { Person } from '../local/people/person.ts'
import { upload } from '../local/people/story.ts'
import { ffmpegProgram } from '../local/programs/ffmpeg.ts'
import { type Likeness, likenessOf } from './media/likeness.ts'
import { sendDuring } from './media/sends.ts'
import { makeSources, type Source } from './media/sources.ts'
import { measureUsage, type Usage } from './media/usage.ts'
import { startOwnStack } from './own-stack.ts'
import { schedulePatterns } from './waiting-posts.ts'

/** Below this, people see the loss of a photo. */
const leastPhotoSsim = 0.98

const { options } = readCommand('bench:media', (command) =>
  command
    .description(
      'Uploads a photo of 48 megapixels, a HEIC of 12, and videos in 1080p and 4K, one after another, while one post a second is ' +
        'published. Prints what each took until it could be published, how similar the result is to the original, and how late the ' +
        'posts were. The last line is JSON. Fails when people would see the loss of a photo.',
    )
    .option('--seconds <count>', 'length of each video', wholeNumber(1), 60),
)

const program = ffmpegProgram({
  cacheDir: fileURLToPath(new URL('../.cache', import.meta.url)),
  env: process.env,
  say: console.log,
})
const folder = await mkdtemp(join(tmpdir(), 'cratesocial-bench-media-'))
try {
  const sources = await makeSources(program, folder, options.seconds)
  console.log(`Made ${sources.map(({ name }) => name).join(', ')}.`)
  await run(sources)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function run(sources: Source[]): Promise<void> {
  const stack = await startOwnStack()
  const sql = connect({ url: stack.databaseUrl, prepare: true, max: 2 })
  const took: { source: Source; usage: Usage; made: Made }[] = []
  try {
    const patterns = await schedulePatterns(stack)
    const { person, slug } = patterns
    /** Uploads it as a person does, and waits until it can be published. */
    const takeIn = async ({ name, path }: Source): Promise<string> => {
      const id = await upload(person, slug, name, await readFile(path))
      for (;;) {
        const [row] = await sql<{ conversion: string | null; problem: string | null }[]>`
          select conversion, conversion_problem as problem from media where id = ${id}`
        if (!row || row.problem) throw new Error(`${name}: ${row?.problem ?? 'it is gone'}`)
        if (row.conversion === null) return id
        await pause(100)
      }
    }
    const sends = await sendDuring({ stack, sql, patterns }, async () => {
      for (const source of sources) {
        let id = ''
        const usage = await measureUsage(stack, async () => {
          id = await takeIn(source)
        })
        const { seconds, processorSeconds } = usage
        console.log(`${source.name}: ${seconds} s, ${processorSeconds} s of processor time`)
        const [size] = await sql<{ width: number; height: number }[]>`
          select width, height from media where id = ${id}`
        const path = await fetchMade(person, `/w/${slug}/media/${id}/file`, source.name)
        took.push({ source, usage, made: { path, ...size! } })
      }
    })
    const files: Record<string, object> = {}
    let isAlike = true
    for (const { source, usage, made } of took) {
      const likeness: Likeness = await likenessOf(program, made, source.path)
      if (source.kind === 'image' && likeness.ssim < leastPhotoSsim) isAlike = false
      const bytes = {
        fromBytes: (await stat(source.path)).size,
        bytes: (await stat(made.path)).size,
      }
      const { width, height } = made
      files[source.name] = { ...usage, ...bytes, width, height, ...likeness }
    }
    console.log(JSON.stringify({ bench: 'media', videoSeconds: options.seconds, files, sends }))
    if (!isAlike) process.exitCode = 1
  } finally {
    await close(sql)
    await stack.stop()
  }
}

type Made = { path: string; width: number; height: number }

async function fetchMade(person: Person, url: string, name: string): Promise<string> {
  const answer = await person.request(url)
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}`)
  const path = join(folder, `made-${name}`)
  await writeFile(path, Buffer.from(await answer.arrayBuffer()))
  return path
}
