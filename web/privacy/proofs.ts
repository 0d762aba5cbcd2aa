import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { idsIn, type PromiseMade, promises } from '../../promises.ts'

/**
 * A promise with the code that keeps it, such as `web/http/session.ts:77`, and the titles of the
 * tests that prove it.
 */
export type Proof = PromiseMade & { code: string[]; tests: ProvingTest[] }
/** `passed` is null if no test results are available. */
type ProvingTest = { title: string; file: string; passed: boolean | null }

const codeMark = /promise: ((?:[A-Z]\d)(?:, ?[A-Z]\d)*)/
const titleMark = /\bpromises? ((?:[A-Z]\d)(?:(?:, ?| and )[A-Z]\d)*)/g

/**
 * Reads all sources under `root`. With `results` from vitest's JSON reporter, lists the tests that
 * ran; without, the tests in the sources.
 */
export const findProofs = (root: string, results?: VitestResults): Proof[] => {
  const code = codeMarks(root)
  const tests = results ? testsRun(root, results) : testsWritten(root)
  return promises.map((promise) => ({
    ...promise,
    code: code.filter(({ ids }) => ids.includes(promise.id)).map(({ place }) => place),
    tests: tests
      .filter(({ ids }) => ids.includes(promise.id))
      .map(({ ids: _ids, ...test }) => test),
  }))
}

/**
 * Loads the table that the build wrote, or else reads the sources. Cached, because neither changes
 * while the server runs.
 */
export const loadProofs = (root: string): (() => Proof[]) => {
  let read: Proof[] | undefined
  const written = join(root, proofsFile)
  return () => {
    read ??= existsSync(written)
      ? (JSON.parse(readFileSync(written, 'utf8')) as Proof[])
      : findProofs(root)
    return read
  }
}

export const proofsFile = 'proofs.json'

/** A promise is enforced if code is marked with it, and proved if it has tests and all passed. */
export const isEnforced = (proof: Proof): boolean => proof.code.length > 0
export const isProved = (proof: Proof): boolean =>
  proof.tests.length > 0 && proof.tests.every((test) => test.passed === true)

type Marked = { ids: string[]; place: string }
const codeFolders = [
  'workflows',
  'activities',
  'platforms',
  'db',
  'media',
  'temporal',
  'config',
  'observability',
  'commands',
  'text',
  'web',
  'local',
]

const codeMarks = (root: string): Marked[] =>
  [...topLevel(root), ...codeFolders.flatMap((folder) => filesOf(root, folder))]
    .filter((file) => /(\.(ts|js|eta|sql|sh)|file)$/i.test(file) && file !== 'promises.ts')
    .flatMap((file) =>
      linesOf(root, file).flatMap((line, index) => {
        const ids = idsIn(codeMark.exec(line)?.[1] ?? '')
        return ids.length > 0 ? [{ ids, place: `${file}:${index + 1}` }] : []
      }),
    )

type Titled = ProvingTest & { ids: string[] }

/** Without results: the titles of the tests in the sources. */
const testsWritten = (root: string): Titled[] =>
  filesOf(root, 'test')
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) =>
      linesOf(root, file).flatMap((line) => {
        const title =
          /^\s*(?:(?:describe|it|test)[.\w()[\]]*\()?\s*(['`"])(.*?)\1/.exec(line)?.[2] ?? ''
        const ids = titleIds(title)
        return ids.length > 0 ? [{ ids, title, file, passed: null }] : []
      }),
    )

export type VitestResults = {
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[]
}

const testsRun = (root: string, { testResults }: VitestResults): Titled[] =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.flatMap(({ fullName, status }) => {
      const ids = titleIds(fullName)
      const ran = status === 'passed' || status === 'failed'
      return ids.length > 0
        ? [
            {
              ids,
              title: fullName,
              file: relative(root, name),
              passed: ran ? status === 'passed' : null,
            },
          ]
        : []
    }),
  )

const titleIds = (title: string): string[] =>
  [...title.matchAll(titleMark)].flatMap(([, list]) => idsIn(list ?? ''))

const topLevel = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

/** Empty if the folder doesn't exist, because installations leave some out, such as the tests. */
const filesOf = (root: string, folder: string): string[] => {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

const linesOf = (root: string, file: string): string[] =>
  readFileSync(join(root, file), 'utf8').split('\n')
