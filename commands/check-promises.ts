import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folders } from '../config/folders.ts'
import { close, connect } from '../db/postgres/connect.ts'
import { listLatestSweeps } from '../db/privacy/sweeps.ts'
import { gatherEvidence } from '../web/privacy/evidence.ts'
import {
  findProofs,
  isEnforced,
  isProved,
  type Proof,
  type VitestResults,
} from '../web/privacy/proofs.ts'
import { configOfCommand, readCommand } from './command.ts'

const { root } = folders
const { options: asked } = readCommand('promises', (command) =>
  command
    .description(
      'Lists every promise with the code that keeps it and the tests that prove it. Runs these tests, unless --results has the ' +
        'results of a run. Fails when a promise has no code or no passing test. The last line is JSON.',
    )
    .option('--results <file>', 'the JSON results of a run of vitest')
    .option('--evidence', 'also print what the last check in the database found'),
)

const proofs = findProofs(
  root,
  asked.results === undefined ? runTests() : readResults(asked.results),
)
const evidence = asked.evidence ? await readEvidence() : {}
for (const proof of proofs) print(proof, evidence[proof.id])

const enforced = proofs.filter(isEnforced).length
const proved = proofs.filter(isProved).length
console.log(JSON.stringify({ promises: proofs.length, enforced, proved }))
process.exitCode = enforced === proofs.length && proved === proofs.length ? 0 : 1

function print({ id, sentence, code, tests }: Proof, found: string | undefined): void {
  console.log(`${id}  ${sentence}`)
  console.log(`    kept by    ${code.length > 0 ? some(code) : 'NOTHING'}`)
  const [failed, passed] = [
    tests.filter((test) => test.passed !== true),
    tests.filter((test) => test.passed === true),
  ]
  for (const test of failed)
    console.log(`    ${test.passed === false ? 'FAILED' : 'NOT RUN'}  ${test.file}: ${test.title}`)
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
    // Runs whole files, because tests in a file may depend on each other.
    const files = new Set(findProofs(root).flatMap((proof) => proof.tests.map((test) => test.file)))
    const args = [
      'vitest',
      'run',
      ...files,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ]
    spawnSync('npx', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    return readResults(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function readEvidence(): Promise<Record<string, string>> {
  const sql = connect({
    ...(await configOfCommand()).database,
    max: 1,
    applicationName: 'cratesocial promises',
  })
  try {
    const found = gatherEvidence(await listLatestSweeps(sql), Date.now())
    return Object.fromEntries(
      Object.entries(found).map(([id, { label, detail }]) => [id, `${label} ${detail}`]),
    )
  } finally {
    await close(sql)
  }
}
