import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { findProofs, loadProofs } from '../../web/privacy/proofs.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { createTestDatabase } from '../support/database.ts'
import { build, type Program, run } from '../support/programs/built.ts'
import { operatorEnv } from '../support/programs/operator-env.ts'
import { createTestTemporal } from '../support/servers/temporal.ts'

let out: string
let env: NodeJS.ProcessEnv
let port: number

beforeAll(async () => {
  const [built, { url }, temporal] = await Promise.all([
    build(),
    createTestDatabase(),
    createTestTemporal(),
  ])
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-built-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  out = built
  port = await freePort()
  env = {
    NODE_ENV: 'production',
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    PUBLIC_URL: 'https://social.example.com',
    PORT: String(port),
    MEDIA_URL: pathToFileURL(folder).href,
    VAULT_KEYS: `one:${Buffer.alloc(32, 5).toString('base64')}`,
    THROTTLE_KEY: 'a throttle key for the build, long enough',
    SMTP_URL: 'smtp://127.0.0.1:2',
    ...operatorEnv,
  }
}, 120_000)

it('the compiled build migrates, serves pages with their styles and runs the worker, in production mode', {
  timeout: 60_000,
}, async () => {
  const migrate = run(join(out, 'commands/migrate.js'), env)
  await migrate.says('https://social.example.com/invitations/')
  expect(await exit(migrate)).toBe(0)

  const server = run(join(out, 'server.js'), env)
  const serverMs = await server.says('listening')
  const worker = run(join(out, 'worker.js'), env)
  const workerMs = await worker.says('working')

  expect(await (await get('/health/ready')).json()).toMatchObject({ ready: true })
  const page = await (await get('/sign-in')).text()
  expect(page).toContain('Sign in')
  for (const [, asset = ''] of page.matchAll(/(?:href|src)="(\/assets\/[^"#]+)"/g))
    expect((await get(asset)).status).toBe(200)
  console.log(
    `compiled build: server ${serverMs} ms, ${server.residentMb()} MB; worker ${workerMs} ms, ${worker.residentMb()} MB`,
  )
  expect(await server.stop()).toBe(0)
  expect(await worker.stop()).toBe(0)
})

it('the build contains the same table of promises as the sources, although it contains no tests', async () => {
  const carried = loadProofs(out)()
  expect(carried).toEqual(findProofs(fileURLToPath(new URL('../../', import.meta.url))))
  expect(carried.filter(({ tests, code }) => tests.length === 0 || code.length === 0)).toEqual([])
})

it('a build without its workflows is refused with a clear message', {
  timeout: 60_000,
}, async () => {
  const bundle = join(out, 'temporal/workflows.bundle.js')
  await rename(bundle, `${bundle}.away`)
  const worker = run(join(out, 'worker.js'), env)
  await worker.says('run npm run build again')
  expect(await exit(worker)).not.toBe(0)
  await rename(`${bundle}.away`, bundle)
})

it('every program of the build says which variables are missing, without a stack trace', {
  timeout: 60_000,
}, async () => {
  for (const file of [
    'commands/migrate.js',
    'server.js',
    'worker.js',
    'commands/rotate-vault.js',
  ]) {
    const program = run(join(out, file), {})
    await program.says('DATABASE_URL is not set')
    expect(await exit(program)).toBe(1)
    expect(program.output(), file).not.toMatch(/^\s+at /m)
  }
})

it('the build imports only production dependencies', async () => {
  const { dependencies } = JSON.parse(
    await readFile(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
  ) as {
    dependencies: Record<string, string>
  }
  const files = (await readdir(out, { recursive: true })).filter(
    (file) => /\.js$/.test(file) && !/bundle|public/.test(file),
  )
  const sources = await Promise.all(files.map((file) => readFile(join(out, file), 'utf8')))
  const lines =
    /^(?:import|export)(?: [\w*{}\s,$]+ from)? '([^'.][^']*)';|\bimport\('([^'.][^']*)'\)/gm
  const paths = sources.flatMap((source) =>
    [...source.matchAll(lines)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? ''),
  )
  const imported = paths.map((path) => path.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? path)
  expect(imported.length).toBeGreaterThan(50)
  expect(
    [...new Set(imported)].filter((name) => !isBuiltin(name) && !(name in dependencies)),
  ).toEqual([])
})

const get = (path: string) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers: { Host: 'social.example.com' } })

const exit = async ({ process: child }: Program): Promise<number | null> => {
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
  return child.exitCode
}
