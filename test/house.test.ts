import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import './house-forms.ts'
import { platformNames, touchedBy, touchedInSandbox } from './house/platforms.ts'
import { allowedImports, formatterPlaces, productFolders } from './house-rules.ts'

/** Rules of the house that a test can check. docs/decisions.md explains them. */
const root = fileURLToPath(new URL('../', import.meta.url))
const folders = [...productFolders, 'local', 'production', 'test', 'bench']
const files = [...topLevel(), ...folders.flatMap(filesOf)]
const ours = files.filter((file) => !file.startsWith('test/'))

test('no file is longer than 300 lines', () => {
  const long = files
    .filter((file) => /\.(ts|js|eta)$/.test(file) && !isVendored(file))
    .filter((file) => lines(file).length > 300)
  expect(long).toEqual([])
})

test('imports go in one direction', () => {
  const wrong = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      importsOf(file)
        .filter((entry) => !isAllowed(file, entry))
        .map((entry) => `${file} imports ${entry.path}`),
    )
  expect(wrong).toEqual([])
})

test('only the decoder opens images, so that all are checked by their bytes and limited', () => {
  const product = ours.filter((file) => file.endsWith('.ts') && !/^(local|bench)\//.test(file))
  expect(product.filter((file) => /from 'sharp'|import\('sharp'\)/.test(source(file)))).toEqual([
    'media/decoder.ts',
  ])
})

test('transactions are started and connections reserved in one place, where a broken connection does not end the process', () => {
  const product = ours.filter(
    (file) => file.endsWith('.ts') && !/^(bench|local\/sandbox)\//.test(file),
  )
  expect(product.filter((file) => /\.(begin|reserve)\(/.test(source(file)))).toEqual([
    'db/postgres/transactions.ts',
  ])
})

test('workflows import only types from activities', () => {
  const values = filesOf('workflows').flatMap((file) =>
    importsOf(file).filter((entry) => entry.path.startsWith('activities/') && !entry.typeOnly),
  )
  expect(values).toEqual([])
})

test('only config/index.ts, the local and production setup, benchmarks and tests read the environment', () => {
  const isCode = (file: string) => /\.(ts|js)$/.test(file) && file !== 'config/index.ts'
  const readers = ours.filter((file) => isCode(file) && !/^(local|production|bench)\//.test(file))
  expect(readers.filter((file) => /process\.env|loadEnvFile/.test(source(file)))).toEqual([])
})

test('no file path is made from a URL by hand, so that every folder name works', () => {
  const code = files.filter((file) => /\.(ts|js|mjs)$/.test(file) && file !== 'test/house.test.ts')
  expect(code.filter((file) => !usesUrlsSafely(source(file)))).toEqual([])
})

test('only config/folders.ts builds paths to other folders', () => {
  const code = ours.filter(
    (file) => file.endsWith('.ts') && !/^(bench|local\/sandbox)\//.test(file),
  )
  const builders = code.filter((file) =>
    /import\.meta\.(dirname,\s*'\.\.|url)/.test(withoutRequire(source(file))),
  )
  expect(builders.filter((file) => !pathsOfTheirOwn.includes(file))).toEqual(['config/folders.ts'])
})

test('only commands/command.ts reads program arguments, so that all programs have help, exit codes and clear errors', () => {
  const code = files.filter(
    (file) =>
      /\.ts$/.test(file) &&
      !['test/house.test.ts', 'commands/command.ts', 'local/command.ts'].includes(file),
  )
  // The first restarts itself, and only our code starts the others.
  const allowed = [
    'test/chaos/certificate.ts',
    'media/heic/decoding-program.ts',
    'web/posts/imports/workbooks/reading-program.ts',
  ]
  expect(
    code.filter(
      (file) => /\bparseArgs\b|process\.argv/.test(source(file)) && !allowed.includes(file),
    ),
  ).toEqual([])
})

test('templates output raw HTML only if templates and their helpers have escaped it', () => {
  const raw = ours
    .filter((file) => file.endsWith('.eta'))
    .flatMap((file) =>
      [...source(file).matchAll(/<%~\s*([^%]*?)\s*%>/g)].map(([, code = '']) => ({ file, code })),
    )
  const allowed =
    /^(include(Async)?\(|part\('[a-z-]+', include\(|cached\([\w.]+, \(\) => include\(|marks\(\)|block\(|it\.body\b|(it\.)?(icon|badge|avatar|fields|chart|rendered)\()/
  expect(raw.filter(({ code }) => !allowed.test(code))).toEqual([])
})

test('a platform is named only in its own folder, the list of issuers, and the list of the sandbox', () => {
  expect(platformNames.length).toBeGreaterThan(2)
  const named = platformNames.map((name) => [...touchedBy(name), ...touchedInSandbox(name)])
  expect([...new Set(named.flat())].sort()).toEqual([
    'local/sandbox/companies.ts',
    'platforms/issuers.ts',
  ])
})

test('dates and numbers are formatted by cached formatters, which only text/formatters.ts creates', () => {
  const code = ours.filter((file) => /\.(ts|js|eta)$/.test(file) && !isVendored(file))
  const makers = code.filter((file) => !formatterPlaces.some((place) => place.test(file)))
  expect(makers.filter((file) => /\bIntl\.\w+(?<!Options)\(/.test(source(file)))).toEqual([])
  expect(code.filter((file) => /\.toLocale(Date|Time)?String\(/.test(source(file)))).toEqual([])
})

test('request bodies are read in two files, which limit and clean them', () => {
  const readers = ours.filter(
    (file) =>
      /^web\/.*\.ts$/.test(file) &&
      !['web/http/forms/body.ts', 'web/http/forms/forms.ts'].includes(file),
  )
  const reading =
    /\.parseBody\(|\.formData\(|\breq\.(json|text|blob|arrayBuffer|raw\.(body|json|text|blob|arrayBuffer|clone))\b|bodyCache/
  expect(readers.filter((file) => reading.test(source(file)))).toEqual([])
})

test('JSON from platforms is parsed in one file, which cleans it', () => {
  const others = ours.filter(
    (file) => /^platforms\/.*\.ts$/.test(file) && file !== 'platforms/json-input.ts',
  )
  // Data that we wrote ourselves, and numbers in headers.
  const allowed = ['platforms/tiktok/handles.ts', 'platforms/graph/usage.ts']
  expect(
    others.filter((file) => source(file).includes('JSON.parse(') && !allowed.includes(file)),
  ).toEqual([])
})

test('no file of the product mentions a personal machine or a registry', () => {
  const suspicious = /\/(root|home\/\w+|work|tmp\/[a-z])\/|registry\.npmjs|pypi\.org|localhost:4873/
  const text = files.filter(
    (file) =>
      /\.(ts|js|eta|sql|sh|md|json|css)$/.test(file) &&
      !isVendored(file) &&
      !file.startsWith('test/house'),
  )
  expect(text.filter((file) => suspicious.test(source(file)))).toEqual([])
})

test('the lock file mentions no registry', () => {
  expect(source('package-lock.json')).not.toMatch(/"resolved": "https?:/)
})

test('every dependency has an exact version', () => {
  const { dependencies, devDependencies } = JSON.parse(source('package.json')) as Record<
    string,
    Record<string, string>
  >
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+/.test(version),
  )
  expect(loose).toEqual([])
})

/**
 * Numbers given to branches that may be merged in another order. Only these may be missing. Empty
 * this list once all are merged.
 */
const givenOut: number[] = []

test('migrations are numbered without gaps, except for numbers given to branches', () => {
  const names = filesOf('db/migrations')
    .map((file) => basename(file))
    .sort()
  expect(names.filter((name) => !/^\d{4}\.do\.[a-z-]+\.sql$/.test(name))).toEqual([])
  const numbers = names.map((name) => Number(name.slice(0, 4)))
  expect(new Set(numbers).size).toBe(names.length)
  const missing = Array.from({ length: Math.max(...numbers) }, (_, index) => index + 1).filter(
    (number) => !numbers.includes(number),
  )
  expect(missing.filter((number) => !givenOut.includes(number))).toEqual([])
})

/** Files that only build paths within their own folder. */
const pathsOfTheirOwn = ['local/programs/watchdog.ts']

const withoutRequire = (text: string): string =>
  text.replaceAll(/createRequire\(import\.meta\.url\)/g, '')

/**
 * `URL.pathname` is percent-encoded, so it names another folder if the real one contains a space,
 * an umlaut or a percent sign. Paths come from `fileURLToPath`, and file URLs from `pathToFileURL`.
 */
function usesUrlsSafely(text: string): boolean {
  const rest = text.replace(
    /(fileURLToPath\(\s*new URL\([^()]+, |createRequire\()import\.meta\.url\)/g,
    '',
  )
  return !/import\.meta\.url|\bfile:\/\/\/?\$\{|'file:\/\/\/?' *\+/.test(rest)
}

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
    return [] // a folder that doesn't exist yet has no files
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
