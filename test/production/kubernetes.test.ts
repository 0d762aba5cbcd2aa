import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { loadConfig } from '../../config/index.ts'
import { variables } from '../../config/variables.ts'
import { issuerModules } from '../../platforms/index.ts'
import { kubernetesCheck, type Manifest } from '../support/programs/kubernetes-schemas.ts'

type Container = {
  name: string
  image: string
  command: string[]
  ports?: { name: string; containerPort: number }[]
  envFrom: object[]
  env?: { name: string; value: string }[]
  livenessProbe?: { httpGet: { path: string; port: string } }
  readinessProbe?: { httpGet: { path: string; port: string } }
  resources: { requests: Record<string, string>; limits: Record<string, string> }
  securityContext: object
}
type Pod = {
  securityContext: object
  terminationGracePeriodSeconds?: number
  containers: Container[]
}
type Template = { template: { metadata: { labels: Record<string, string> }; spec: Pod } }
type Workload = Manifest & {
  spec: Template & { selector?: object; jobTemplate?: { spec: Template } }
}
type Kustomization = {
  resources: string[]
  images?: { name: string; newTag: string }[]
  configMapGenerator: { name: string; envs: string[]; behavior?: string }[]
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, 'production/kubernetes')
const read = (path: string) => readFileSync(join(folder, path), 'utf8')
const kustomization = (place: string) => parse(read(`${place}/kustomization.yaml`)) as Kustomization
const yamlFiles = (place: string) =>
  readdirSync(join(folder, place)).filter((name) => name.endsWith('.yaml'))
const manifestFiles = ['base', 'example'].flatMap((place) =>
  yamlFiles(place)
    .filter((name) => name !== 'kustomization.yaml')
    .map((name) => `${place}/${name}`),
)
const manifests = manifestFiles.flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => document.toJS() as Manifest),
)
const workloads = manifests.filter(({ kind }) =>
  ['Deployment', 'Job', 'CronJob'].includes(kind),
) as Workload[]
const templateOf = ({ spec }: Workload): Template['template'] =>
  (spec.jobTemplate?.spec ?? spec).template
const podOf = (workload: Workload): Pod => templateOf(workload).spec
const containerOf = (name: string): Container => {
  const workload = workloads.find(({ metadata }) => metadata.name === name)
  return podOf(workload!).containers[0]!
}

/**
 * Reads a file as kustomize does: NAME=VALUE, without quotes, and # starts a comment only at the
 * start of a line.
 */
const readEnv = (path: string): Record<string, string> =>
  Object.fromEntries(
    read(path)
      .split('\n')
      .filter((line) => line.includes('=') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
const settings = { ...readEnv('base/settings.env'), ...readEnv('example/settings.env') }
const secrets = readEnv('example/secrets.example.env')

describe('production/kubernetes', () => {
  let problemsOf: (manifest: Manifest) => Promise<string[]>
  beforeAll(async () => {
    problemsOf = await kubernetesCheck()
  }, 120_000)

  it('contains nothing that Kubernetes would refuse, down to the last field', async () => {
    expect(manifests.length).toBeGreaterThan(10)
    for (const manifest of manifests)
      expect(await problemsOf(manifest), `${manifest.kind} ${manifest.metadata.name}`).toEqual([])
    const misspelled = JSON.parse(
      JSON.stringify(workloads[0]).replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem'),
    )
    expect(await problemsOf(misspelled), 'a misspelled field is found').not.toEqual([])
  })

  it('applies all of its files, and the example is built on the base', () => {
    const { resources } = kustomization('base')
    expect([...resources, 'kustomization.yaml'].sort()).toEqual(yamlFiles('base').sort())
    expect(kustomization('example').resources).toEqual(['../base', 'ingress.yaml'])
    const generators = [
      ...kustomization('base').configMapGenerator,
      ...kustomization('example').configMapGenerator,
    ]
    expect(generators).toEqual([
      { name: 'settings', envs: ['settings.env'] },
      { name: 'settings', envs: ['settings.env'], behavior: 'merge' },
    ])
  })

  it('uses the version in package.json and programs that exist', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string
    }
    expect(kustomization('example').images).toMatchObject([
      { name: 'cratesocial', newTag: version },
    ])
    for (const workload of workloads) {
      const [{ image, command }] = podOf(workload).containers as [Container]
      expect(image).toBe('cratesocial')
      expect(
        existsSync(join(root, (command[1] ?? '').replace(/^dist\/(.*)\.js$/, '$1.ts'))),
        command[1],
      ).toBe(true)
    }
  })

  it('lets no program run as root, write to its image or gain rights', () => {
    expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual([
      ...['background-worker', 'backup', 'migrate', 'server', 'worker'],
    ])
    for (const workload of workloads) {
      const pod = podOf(workload)
      expect(pod, workload.metadata.name).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      })
      for (const { securityContext } of pod.containers)
        expect(securityContext, workload.metadata.name).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
    }
  })

  it('gives each program the same memory as docker-compose.yml, and more than its heap limit', () => {
    const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), {
      merge: true,
    }) as {
      services: Record<string, { mem_limit?: string }>
    }
    for (const name of ['server', 'worker']) {
      const limit = compose.services[name]?.mem_limit?.replace('g', 'Gi')
      expect(containerOf(name).resources.limits.memory, name).toBe(limit)
    }
    for (const name of ['server', 'worker', 'background-worker']) {
      const { resources, env = [] } = containerOf(name)
      const heapMb = Number(
        /\d+/.exec(env.find((one) => one.name === 'NODE_OPTIONS')?.value ?? '')?.[0],
      )
      const limitMb = Number(/^(\d+)Gi$/.exec(resources.limits.memory ?? '')?.[1]) * 1_024
      expect(heapMb, name).toBeGreaterThan(0)
      expect(heapMb, name).toBeLessThan(limitMb * 0.75)
      expect(resources.limits.cpu, `${name} is not throttled`).toBeUndefined()
      expect(resources.requests, name).toMatchObject({
        cpu: expect.any(String),
        memory: expect.any(String),
      })
    }
  })

  it('probes each program at an address that it serves', () => {
    expect(containerOf('server').ports).toEqual([
      { name: 'http', containerPort: Number(settings.PORT) },
      { name: 'metrics', containerPort: Number(settings.METRICS_PORT) },
    ])
    const routes = readFileSync(join(root, 'web/operate/health-routes.ts'), 'utf8')
    const { livenessProbe, readinessProbe } = containerOf('server')
    for (const probe of [livenessProbe, readinessProbe]) {
      expect(routes).toContain(`'${probe?.httpGet.path}'`)
      expect(probe?.httpGet.port).toBe('http')
    }
    for (const name of ['worker', 'background-worker'])
      expect(containerOf(name).livenessProbe?.httpGet, name).toEqual({
        path: '/metrics',
        port: 'metrics',
      })
  })

  it('keeps a server and a worker running while nodes are drained', () => {
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget') as Workload[]
    expect(budgets.map(({ metadata }) => metadata.name).sort()).toEqual([
      'background-worker',
      'server',
      'worker',
    ])
    for (const { metadata, spec } of budgets) {
      const { spec: deployed } = workloads.find((one) => one.metadata.name === metadata.name)!
      expect(spec.selector, metadata.name).toEqual(deployed.selector)
      expect(deployed.selector, metadata.name).toEqual({
        matchLabels: deployed.template.metadata.labels,
      })
    }
  })
})

describe('the environment of the programs in Kubernetes', () => {
  const ofPods = ['WORKER_QUEUES', 'NODE_OPTIONS']
  /** A self-hosted installation doesn't change these. */
  const untouched = [
    ...['ALLOW_LOCAL_PLATFORMS', 'TEMPORAL_CONFIG_FILE', 'TEMPORAL_PROFILE', 'FFMPEG_PATH'],
    ...[
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
      'TEMPORAL_TLS_CLIENT_CERT_PATH',
      'TEMPORAL_TLS_CLIENT_KEY_PATH',
    ],
    ...issuerModules.flatMap(({ settings }) => settings.urls),
  ]
  const filledIn = {
    ...secrets,
    VAULT_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    THROTTLE_KEY: Buffer.alloc(32, 8).toString('base64'),
  }

  it('contains all variables that config/index.ts reads, and no unknown ones', () => {
    for (const workload of workloads) {
      const { envFrom } = podOf(workload).containers[0]!
      expect(envFrom).toEqual([
        { configMapRef: { name: 'settings' } },
        { secretRef: { name: 'cratesocial' } },
      ])
    }
    const given = [...Object.keys(settings), ...Object.keys(secrets)]
    expect(given.filter((name) => !(name in variables))).toEqual([])
    expect(
      Object.keys(variables).filter((name) => ![...given, ...ofPods, ...untouched].includes(name)),
    ).toEqual([])
    const ofContainers = workloads.flatMap((workload) =>
      podOf(workload).containers.flatMap(({ env = [] }) => env),
    )
    expect([...new Set(ofContainers.map(({ name }) => name))].sort()).toEqual([...ofPods].sort())
  })

  it('has all secrets in the Secret, and nothing else there', () => {
    const isSecret = (name: string) =>
      (variables as Record<string, { secret?: boolean }>)[name]?.secret === true
    expect(Object.keys(secrets).filter((name) => !isSecret(name))).toEqual([])
    expect(Object.keys(settings).filter(isSecret)).toEqual([])
  })

  it('is a valid configuration once the example is filled in', () => {
    for (const workload of workloads) {
      const { env = [] } = podOf(workload).containers[0]!
      const own = Object.fromEntries(env.map(({ name, value }) => [name, value]))
      const config = loadConfig({ ...settings, ...filledIn, ...own })
      expect(config).toMatchObject({ production: true, publicUrl: 'https://social.example.com' })
      expect(config.metrics).toEqual({ host: '0.0.0.0', port: 9464 })
    }
  })

  it('has a worker for each queue', () => {
    const queues = workloads.flatMap((workload) =>
      podOf(workload)
        .containers.flatMap(({ env = [] }) => env)
        .filter(({ name }) => name === 'WORKER_QUEUES')
        .map(({ value }) => value),
    )
    const { worker } = loadConfig({ ...settings, ...filledIn })
    expect(queues.sort()).toEqual([...worker.queues].sort())
  })
})
