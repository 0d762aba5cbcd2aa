import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { allowedImports, platformNamesAllowed } from './house-rules.ts'

/** The rules of the house that a machine can see. What they are for stands in docs/decisions.md. */
const root = new URL('../', import.meta.url).pathname
const folders = ['workflows', 'activities', 'platforms', 'db', 'operate', 'web', 'local', 'backup', 'production', 'test', 'bench']
const files = [...topLevel(), ...folders.flatMap(filesOf)]
const ours = files.filter((file) => !file.startsWith('test/'))

test('no file is longer than 300 lines', () => {
  const long = files.filter((file) => /\.(ts|js|eta)$/.test(file) && !isVendored(file)).filter((file) => lines(file).length > 300)
  expect(long).toEqual([])
})

test('imports go one way', () => {
  const wrong = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      importsOf(file)
        .filter((entry) => !isAllowed(file, entry))
        .map((entry) => `${file} imports ${entry.path}`),
    )
  expect(wrong).toEqual([])
})

test('workflows take nothing but types from activities', () => {
  const values = filesOf('workflows').flatMap((file) =>
    importsOf(file).filter((entry) => entry.path.startsWith('activities/') && !entry.typeOnly),
  )
  expect(values).toEqual([])
})

test('only config.ts, what stands in for the world on one machine, benchmarks and tests read the environment', () => {
  const isCode = (file: string) => /\.(ts|js)$/.test(file) && file !== 'config.ts'
  const readers = ours.filter((file) => isCode(file) && !/^(local|production|bench)\//.test(file))
  expect(readers.filter((file) => /process\.env|loadEnvFile/.test(source(file)))).toEqual([])
})

test('templates print raw only what templates and their helpers have escaped', () => {
  const raw = ours
    .filter((file) => file.endsWith('.eta'))
    .flatMap((file) => [...source(file).matchAll(/<%~\s*([^%]*?)\s*%>/g)].map(([, code = '']) => ({ file, code })))
  const allowed = /^(include(Async)?\(|block\(|it\.body\b|(it\.)?(icon|badge|fields|chart)\()/
  expect(raw.filter(({ code }) => !allowed.test(code))).toEqual([])
})

test('a platform is named only in its own folder, the registry, the configuration, and what stands in for it', () => {
  const named = ours.filter((file) => /\.(ts|js|eta|sql)$/.test(file) && !isVendored(file) && !platformNamesAllowed(file))
  expect(named.filter((file) => /\b(facebook|instagram|tiktok)\b/i.test(withoutComments(source(file))))).toEqual([])
})

test("no file of the product speaks of somebody's machine or of a registry", () => {
  const suspicious = /\/(root|home\/\w+|work|tmp\/[a-z])\/|registry\.npmjs|pypi\.org|localhost:4873/
  const text = files.filter(
    (file) => /\.(ts|js|eta|sql|sh|md|json|css)$/.test(file) && !isVendored(file) && !file.startsWith('test/house'),
  )
  expect(text.filter((file) => suspicious.test(source(file)))).toEqual([])
})

test('the lock file names no registry', () => {
  expect(source('package-lock.json')).not.toMatch(/"resolved": "https?:/)
})

test('every dependency has an exact version', () => {
  const { dependencies, devDependencies } = JSON.parse(source('package.json')) as Record<string, Record<string, string>>
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version))
  expect(loose).toEqual([])
})

test('migrations are numbered without a gap', () => {
  const names = filesOf('db/migrations')
    .map((file) => basename(file))
    .sort()
  expect(names.filter((name) => !/^\d{4}\.do\.[a-z-]+\.sql$/.test(name))).toEqual([])
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1))
})

type Import = { path: string; typeOnly: boolean }

/** Imports of our own files, as paths from the root. */
function importsOf(file: string): Import[] {
  const found = source(file).matchAll(
    /^\s*(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]+?\sfrom\s)?'(\.[^']+)'|import\('(\.[^']+)'\)/gm,
  )
  return [...found].map(([, type, path, dynamic]) => ({
    path: relative(root, join(root, dirname(file), (path ?? dynamic)!)),
    typeOnly: Boolean(type),
  }))
}

function isAllowed(file: string, entry: Import): boolean {
  const rule = allowedImports.find(({ from }) => from.test(file))
  if (!rule) return true
  return rule.to.test(entry.path) || (entry.typeOnly && rule.typesOf?.test(entry.path) === true)
}

function topLevel(): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.env'))
    .map((entry) => entry.name)
}

function filesOf(folder: string): string[] {
  const path = join(root, folder)
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  } catch {
    return [] // a folder that is not there yet has no files
  }
}

function isVendored(file: string): boolean {
  return file.includes('/vendor/') || file === 'package-lock.json' || file === 'db/schema.sql'
}

function source(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function lines(file: string): string[] {
  return source(file).trimEnd().split('\n')
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*|<%\s*\/\*[\s\S]*?\*\/\s*%>|^\s*--.*|comment on [^;]*;/gm, '')
}
