import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sandboxControl } from '../local/demo/sandbox.ts'
import { databaseUrl } from '../local/environment.ts'
import { createPerson, type Person } from '../local/people/person.ts'
import { acceptInvitation, channelsIn, makeWorkspace } from '../local/people/story.ts'
import { freePort, readPorts } from '../local/ports.ts'
import { localSecrets } from '../local/secrets.ts'
import { connectMeta, connectTiktok } from '../test/support/connect.ts'

/**
 * A separate stack like that of `npm start`, in a new folder and on free ports. Removed when the
 * benchmark ends.
 */
export type OwnStack = {
  url: string
  control: string
  mailbox: string
  invitation: string
  startMs: number
  /** The process id of the starter, whose children are the parts. */
  pid: number
  folder: string
  /** The folder with PostgreSQL's files: the data folder, or one that its user can enter. */
  databaseFolder: string
  databaseUrl: string
  temporalAddress: string
  smtpPort: number
  stop(): Promise<void>
}

const root = fileURLToPath(new URL('../', import.meta.url))
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

/**
 * `args`: arguments of `npm start`, such as --demo. `kept`: a folder to use that isn't deleted at
 * the end.
 */
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

/** If root started it, the database may be in another folder that its user can enter. */
const databaseFolderOf = async (folder: string): Promise<string> => {
  const note = join(folder, 'postgres-is-in')
  return existsSync(note) ? (await readFile(note, 'utf8')).trim() : folder
}

/**
 * Sets up a workspace as a person would, with every account connected. Removes the platforms' own
 * limits, which aren't measured. `moreTiktok`: additional TikTok accounts, because CrateSocial
 * sends at most six posts per minute to each.
 */
export const setUp = async (
  stack: OwnStack,
  moreTiktok: string[] = [],
): Promise<{ person: Person; slug: string; channel(words: string): string }> => {
  const person = createPerson(stack.url)
  const slug = 'northside'
  await acceptInvitation(person, stack.invitation, 'Ada', 'ada@example.com')
  await makeWorkspace(person, 'Northside')
  await liftLimits(stack)
  await connectMeta(person, slug)
  await connectTiktok(person, slug)
  for (const username of moreTiktok) {
    await sandboxControl(stack.control).post('/accounts/tiktok', { username })
    await connectTiktok(person, slug, username)
  }
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
    tiktokReadPerMinute: 100_000_000,
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
  if (!answer.ok)
    throw new Error(`the sandbox's settings could not be changed: ${await answer.text()}`)
}

export const postsInLedger = async (
  stack: OwnStack,
): Promise<{ platform: string; text: string; commitCallAtMs: number }[]> => {
  const answer = await fetch(`${stack.control}/ledger/posts`)
  const body = (await answer.json()) as object
  return Array.isArray(body)
    ? body
    : (Object.values(body)[0] as { platform: string; text: string; commitCallAtMs: number }[])
}

/** The value below which `share` of the values lie. */
export const percentile = (values: number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}
