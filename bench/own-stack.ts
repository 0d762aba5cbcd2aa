import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseUrl } from '../local/environment.ts'
import { freePort, readPorts } from '../local/ports.ts'
import { localSecrets } from '../local/secrets.ts'
import { createPerson, type Person } from '../test/support/person.ts'
import { acceptInvitation, channelsIn, connectMeta, connectTiktok, makeWorkspace } from '../test/support/story.ts'

/** A whole stack of its own, as `npm start` brings it up, in a new folder and on free ports; gone when the benchmark ends. */
export type OwnStack = {
  url: string
  control: string
  mailbox: string
  invitation: string
  startMs: number
  /** Of the starter, whose children are the parts. */
  pid: number
  folder: string
  /** Where PostgreSQL keeps its files: the data folder, or where its user can enter. */
  databaseFolder: string
  databaseUrl: string
  temporalAddress: string
  smtpPort: number
  stop(): Promise<void>
}

const root = new URL('../', import.meta.url).pathname
const portNames = [
  'PORT',
  'POSTGRES_PORT',
  'TEMPORAL_PORT',
  'TEMPORAL_UI_PORT',
  'SANDBOX_PORT',
  'SANDBOX_CONTROL_PORT',
  'SMTP_PORT',
  'MAILBOX_PORT',
]

/** `args`: of `npm start`, such as --demo. `kept`: a folder to use that stays when the stack is stopped. */
export const startOwnStack = async (args: string[] = [], kept?: string): Promise<OwnStack> => {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'cratesocial-bench-')))
  const ports: Record<string, string> = {}
  for (const name of portNames) ports[name] = String(await freePort())
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--import', 'tsx', 'local/start.ts', ...args], {
    cwd: root,
    env: { ...process.env, DATA_DIR: folder, ...ports },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
    if (kept) return
    const elsewhere = await databaseFolderOf(folder)
    for (const gone of [elsewhere, folder]) await rm(gone, { recursive: true, force: true })
  }
  let said = ''
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.stdout.on('data', (chunk) => {
      said += String(chunk)
      if (/^ {2}Data and logs.*\n/m.test(said)) resolve()
    })
  })
  const line = (name: string) => said.match(new RegExp(`${name}\\s+(http\\S+)`))?.[1] ?? ''
  if (!line('CrateSocial') || !child.pid) throw new Error(`the stack did not start:\n${said}`)
  return {
    pid: child.pid,
    folder,
    databaseUrl: databaseUrl(readPorts(ports), localSecrets(folder)),
    temporalAddress: process.env.TEMPORAL_ADDRESS || `127.0.0.1:${ports.TEMPORAL_PORT}`,
    url: line('CrateSocial'),
    control: line('Faults and settings').replace(/\/$/, ''),
    mailbox: line('Mailbox'),
    invitation: line('Your invitation'),
    startMs: Math.round(performance.now() - startedAt),
    databaseFolder: await databaseFolderOf(folder),
    smtpPort: Number(ports.SMTP_PORT),
    stop,
  }
}

/** As root, the database may be elsewhere: where its user can enter. */
const databaseFolderOf = async (folder: string): Promise<string> => {
  const note = join(folder, 'postgres-is-in')
  return existsSync(note) ? (await readFile(note, 'utf8')).trim() : folder
}

/** Sets a workspace up as a person would, with every account connected; platforms' own limits are lifted, since they are not what is measured. */
export const setUp = async (stack: OwnStack): Promise<{ person: Person; slug: string; channel(words: string): string }> => {
  const person = createPerson(stack.url)
  const slug = 'northside'
  await acceptInvitation(person, stack.invitation, 'Ada', 'ada@example.com')
  await makeWorkspace(person, 'Northside')
  await liftLimits(stack)
  await connectMeta(person, slug)
  await connectTiktok(person, slug)
  const channels = channelsIn(await person.open(`/w/${slug}/posts/new`))
  const channel = (words: string) => {
    const found = channels.find(({ label }) => label.endsWith(words))
    if (!found) throw new Error(`no account "${words}"`)
    return found.id
  }
  return { person, slug, channel }
}

const liftLimits = async (stack: OwnStack): Promise<void> => {
  const body = JSON.stringify({
    instagramQuotaTotal: 100_000,
    instagramContainersPerDay: 100_000,
    tiktokInitPerMinute: 100_000,
    tiktokCreatorInfoPerMinute: 100_000,
    tiktokStatusPerMinute: 100_000,
    tiktokPostsPerDay: 100_000,
    tiktokPendingShares: 100_000,
    appCallsPerHour: 100_000_000,
    businessCallsPerDay: 100_000_000,
  })
  const answer = await fetch(`${stack.control}/settings`, {
    method: 'PATCH',
    body,
    headers: { 'content-type': 'application/json' },
  })
  if (!answer.ok) throw new Error(`the sandbox's settings could not be changed: ${await answer.text()}`)
}

export const postsInLedger = async (stack: OwnStack): Promise<{ platform: string; text: string; commitCallAtMs: number }[]> => {
  const answer = await fetch(`${stack.control}/ledger/posts`)
  const body = (await answer.json()) as object
  return Array.isArray(body) ? body : (Object.values(body)[0] as { platform: string; text: string; commitCallAtMs: number }[])
}

/** The value below which `share` of the sorted values lie. */
export const percentile = (values: number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
