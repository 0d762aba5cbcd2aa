import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { configOfProgram } from './config.ts'
import { close, connect } from './db/connect.ts'
import { listLatestSweeps } from './db/sweeps.ts'
import { gatherEvidence } from './web/evidence.ts'
import { formats } from './web/formats.ts'
import { findProofs, isEnforced, isProved, type Proof, type VitestResults } from './web/proofs.ts'

/**
 * `npm run promises`: every promise with the places that keep it, the tests that prove it, and, with `--evidence`, what the last check in
 * the database found. Runs the tests that name a promise, unless `--results FILE` has a run's results (vitest's JSON). The last line
 * counts; the exit code is 1 when one has no code or no passing test.
 */
const root = new URL('./', import.meta.url).pathname
const { values: asked } = parseArgs({
  options: { results: { type: 'string' }, evidence: { type: 'boolean' } },
})

const proofs = findProofs(root, asked.results === undefined ? runTests() : readResults(asked.results))
const evidence = asked.evidence ? await readEvidence() : {}
for (const proof of proofs) print(proof, evidence[proof.id])

const enforced = proofs.filter(isEnforced).length
const proved = proofs.filter(isProved).length
console.log(JSON.stringify({ promises: proofs.length, enforced, proved }))
process.exitCode = enforced === proofs.length && proved === proofs.length ? 0 : 1

function print({ id, sentence, code, tests }: Proof, found: string | undefined): void {
  console.log(`${id}  ${sentence}`)
  console.log(`    kept by    ${code.length > 0 ? some(code) : 'NOTHING'}`)
  const [failed, passed] = [tests.filter((test) => test.passed !== true), tests.filter((test) => test.passed === true)]
  for (const test of failed) console.log(`    ${test.passed === false ? 'FAILED' : 'NOT RUN'}  ${test.file}: ${test.title}`)
  for (const test of passed.slice(0, 3)) console.log(`    proved by  ${test.file}: ${test.title}`)
  if (passed.length > 3) console.log(`               and ${passed.length - 3} more`)
  if (tests.length === 0) console.log('    proved by  NOTHING')
  if (found) console.log(`    evidence   ${found}`)
  console.log()
}

function some(places: string[]): string {
  return places.slice(0, 4).join(', ') + (places.length > 4 ? ` and ${places.length - 4} more` : '')
}

function readResults(file: string): VitestResults {
  return JSON.parse(readFileSync(file, 'utf8')) as VitestResults
}

function runTests(): VitestResults {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-promises-'))
  const file = join(folder, 'results.json')
  try {
    // Whole files, since the tests of one may build on each other.
    const files = new Set(findProofs(root).flatMap((proof) => proof.tests.map((test) => test.file)))
    const args = ['vitest', 'run', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    spawnSync('npx', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    return readResults(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function readEvidence(): Promise<Record<string, string>> {
  const sql = connect({ ...configOfProgram().database, max: 1, applicationName: 'cratesocial promises' })
  try {
    const found = gatherEvidence(await listLatestSweeps(sql), formats('UTC'), Date.now())
    return Object.fromEntries(Object.entries(found).map(([id, { words }]) => [id, words]))
  } finally {
    await close(sql)
  }
}
