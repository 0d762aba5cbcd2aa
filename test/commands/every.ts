import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readCommand } from '../../commands/command.ts'
import { freePort } from '../../local/ports.ts'
import { named, programs, read, root, scripts } from './calls.ts'

/**
 * Runs every command that a document uses, once and in its smallest form. `.ci/commands` calls it.
 */
readCommand('commands', (command) =>
  command.description(
    'Starts one demo installation and runs every command that README or docs/ name, in its smallest form.\n' +
      'Fails when one fails, and when a document names a command that is not in its list.',
  ),
)

type Run = { words: string[]; code?: number; says?: string }
const run = (script: string, ...words: string[]): Run => ({
  words: ['npm', 'run', '--silent', script, '--', ...words],
})

const place = await mkdtemp(join(tmpdir(), 'cratesocial-commands-'))
const portNames = [
  'PORT',
  'POSTGRES_PORT',
  'TEMPORAL_PORT',
  'TEMPORAL_UI_PORT',
  'SANDBOX_PORT',
  'SANDBOX_CONTROL_PORT',
]
const ports = await Promise.all(
  [...portNames, 'SMTP_PORT', 'MAILBOX_PORT'].map(async (name) => [name, String(await freePort())]),
)
const { PATH, HOME, USER } = process.env
const env = { PATH, HOME, USER, DATA_DIR: join(place, 'data'), ...Object.fromEntries(ports) }

/** While the demo is running. */
const whileRunning: Run[] = [
  ...[
    'status',
    'people',
    'people invite-operator',
    'people operator jonas@northside.example',
    'people no-operator jonas@northside.example',
    'people require-two-step off',
    'people reset-two-step cleo@northside.example',
  ],
  ...[
    'workspaces',
    'posts',
    'posts overdue',
    'posts unknown',
    'workflows',
    'outbox',
    'sweeps',
    'heal-numbers',
    'processing-record',
  ],
  ...['forget-tokens', 'forget-tokens confirm', 'pause', 'resume'],
].map((command) => run('operate', ...command.split(' ')))
whileRunning.push(
  run('operate', 'status', '--json'),
  { ...run('operate', 'doctor'), code: 1, says: '1 problem.' }, // one connection of the demo has ended
  { ...run('operate', 'posts', 'nudge', '0193a000-0000-7000-8000-000000000000'), code: 2 }, // there is no such post
  { ...run('operate', 'workflows', 'show', 'target-of-nobody'), code: 2 },
  run('migrate'),
  run('vault:rotate', '--new-key'),
  run('vault:rotate'),
  run('backup', join(place, 'backup')),
)

/** After the demo has stopped. */
const afterwards: Run[] = [
  run('restore', join(place, 'backup')),
  { ...run('setup:production', '--out', join(place, 'env'), ...answers()), says: 'Wrote ' },
  run('build'),
  run('icons'), // the file is the same afterwards, since each name is there already
  { ...run('words'), says: '# Words' },
  { ...run('house'), says: '{"stories":' },
  // Programs that only start with settings report what is missing. test/production/build.test.ts
  // starts them for real.
  ...programs.map(
    (name): Run =>
      ['server', 'worker'].includes(name)
        ? { words: ['node', `dist/${name}.js`], code: 1, says: 'VAULT_KEYS is not set' }
        : { words: ['node', `dist/${name}.js`, '--help'], says: 'Usage:' },
  ),
]

/** These start their own stacks. */
const benches: Run[] = [
  run('bench:measure', '--accounts', '3', '--posts', '1'),
  run('bench:punctual', '--posts', '1'),
]

/** These take minutes even in their smallest form, so only `--help` is run. */
const helpOnly = [
  ...[
    'bench:burst',
    'bench:cost',
    'bench:footprint',
    'bench:insights',
    'bench:media',
    'bench:open',
    'bench:pages',
    'bench:uploads',
    'bench:vitals',
    'canary',
    'chaos',
    'chaos:steps',
    'cratesocial',
    'dev',
  ],
  ...[
    'histories',
    'promises',
    'rehearse',
    'screens',
    'specs',
    'specs:renew',
    'test:hostile',
    'test:races',
  ],
].filter((name) => named.includes(name))

/** CI runs the parts of these. See .ci/run. */
const elsewhere = ['check', 'deploy:test', 'format', 'test', 'test:fast', 'test:files']

const failures: string[] = []
checkThatAllAreKnown()
if (failures.length > 0) end()
const starting = startDemo()
const inBackground = inTurn(benches)
try {
  const stop = await starting
  await inTurn(whileRunning)
  await stop()
  await inBackground
  await mkdir(join(place, 'restored'))
  await cp(join(place, 'data', 'secrets.json'), join(place, 'restored', 'secrets.json'))
  env.DATA_DIR = join(place, 'restored')
  await inTurn(afterwards)
  const helps = helpOnly.map((name): Run => ({ ...run(name, '--help'), says: 'Usage:' }))
  const half = Math.ceil(helps.length / 2)
  await Promise.all([inTurn(helps.slice(0, half)), inTurn(helps.slice(half))])
} finally {
  await rm(place, { recursive: true, force: true })
}
end()

function end(): never {
  for (const failure of failures) console.error(failure)
  process.exit(failures.length > 0 ? 1 : 0)
}

function checkThatAllAreKnown(): void {
  const runs = [...whileRunning, ...afterwards, ...benches]
  const known = new Set([
    ...runs.map(({ words }) => words[3] ?? ''),
    ...helpOnly,
    ...elsewhere,
    'start',
  ])
  for (const name of named)
    if (!known.has(name))
      failures.push(`A document names npm run ${name}, which test/commands/every.ts does not run.`)
  for (const name of named)
    if (!(name in scripts)) failures.push(`A document names npm run ${name}, which does not exist.`)
  const table = read('docs/operate.md').split('## The command line')[1]?.split('\n## ')[0] ?? ''
  const documented = [...table.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/(?<=`)[^`,]+(?=`)/g) ?? [],
  )
  const operated = runs
    .filter(({ words }) => words[3] === 'operate')
    .map(({ words }) => words.slice(5))
  for (const command of documented) {
    const words = command.split(' ').filter((word) => /^[a-z-]+$/.test(word))
    if (!operated.some((one) => words.every((word, index) => one[index] === word)))
      failures.push(
        `docs/operate.md names operate -- ${command}, which test/commands/every.ts does not run.`,
      )
  }
  if (documented.length < 10)
    failures.push('The table of commands in docs/operate.md was not found.')
}

function answers(): string[] {
  return Object.entries({
    '--domain': 'social.example.com',
    '--mail': 'you@example.com',
    '--smtp-url': 'smtps://user:password@mail.example.com',
    '--operator': 'Example Ltd',
    '--address': '1 Example Street, London',
    '--hosting': 'Example Hosting, UK',
    '--mail-provider': 'Example Mail, Ireland',
  }).flat()
}

async function inTurn(runs: Run[]): Promise<void> {
  for (const { words, code = 0, says = '' } of runs) {
    const startedAt = Date.now()
    const ran = await ending(words)
    const isRight = ran.code === code && ran.out.includes(says)
    const shown = words.join(' ').replaceAll(place, '…')
    console.log(
      `${isRight ? 'ok    ' : 'FAILED'} ${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  ${shown}`,
    )
    if (!isRight)
      failures.push(
        `${shown} ended with ${ran.code}, not ${code}${says && ` and "${says}"`}:\n${ran.out.slice(-2_000)}`,
      )
  }
}

function ending([program = '', ...args]: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      out += chunk
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out }))
  })
}

/** `npm start -- --demo`. Returns a function that stops it, as Ctrl-C does. */
async function startDemo(): Promise<() => Promise<void>> {
  const startedAt = Date.now()
  const child = spawn('npm', ['start', '--', '--demo'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      out += chunk
    })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  while (!out.includes('Data and logs') && child.exitCode === null) await sleep(200)
  if (child.exitCode !== null) throw new Error(`npm start -- --demo ended:\n${out}`)
  console.log(
    `ok     ${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s  npm start -- --demo`,
  )
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}
