import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { promises } from '../../promises.ts'
import { findProofs } from '../../web/privacy/proofs.ts'
import { createTestApp } from '../support/app.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const written = findProofs(root)

test('every promise has code and a test, and no mark names an unknown promise', () => {
  expect(promises.map(({ id }) => id)).toEqual(
    ['A', 8, 'D', 7, 'U', 4, 'R', 4, 'S', 6, 'E', 5, 'L', 4].flatMap((letter, index, all) =>
      typeof letter === 'string'
        ? Array.from({ length: all[index + 1] as number }, (_, n) => `${letter}${n + 1}`)
        : [],
    ),
  )
  expect(written.filter((proof) => proof.code.length === 0).map(({ id }) => id)).toEqual([])
  expect(written.filter((proof) => proof.tests.length === 0).map(({ id }) => id)).toEqual([])
})

/** Runs the command with results that a test run would have written. */
const run = async (assertionResults: { fullName: string; status: string }[]) => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-promises-'))
  const file = join(folder, 'results.json')
  await writeFile(
    file,
    JSON.stringify({ testResults: [{ name: `${root}test/a.test.ts`, assertionResults }] }),
  )
  const args = ['--import', 'tsx', join(root, 'commands/check-promises.ts'), '--results', file]
  const answer = await new Promise<{ code: number; out: string }>((resolve) =>
    execFile(process.execPath, args, { cwd: root }, (error, out) =>
      resolve({ code: (error?.code as number | undefined) ?? 0, out }),
    ),
  )
  await rm(folder, { recursive: true })
  const last = answer.out.trim().split('\n').at(-1) ?? ''
  return { code: answer.code, counts: JSON.parse(last) as unknown, out: answer.out }
}

test('the command counts promises, and fails if a test failed, did not run or is missing', async () => {
  const all = promises.map(({ id }) => ({ fullName: `promise ${id}: holds`, status: 'passed' }))
  const n = promises.length
  expect(await run(all)).toMatchObject({ code: 0, counts: { promises: n, enforced: n, proved: n } })
  expect(await run([...all, { fullName: 'more promises R1, R4', status: 'failed' }])).toMatchObject(
    {
      code: 1,
      counts: { proved: n - 2 },
    },
  )
  expect(
    await run([...all.slice(1), { fullName: 'promise A1: later', status: 'skipped' }]),
  ).toMatchObject({
    code: 1,
    counts: { proved: n - 1 },
  })
  const missing = await run(all.slice(0, -1))
  expect(missing).toMatchObject({ code: 1, counts: { enforced: n, proved: n - 1 } })
  expect(missing.out).toMatch(/L4 .*\n.*kept by .*\n.*proved by {2}NOTHING/)
}, 60_000)

test('promise S4: operators can open the table, and for everybody else the page does not exist', async () => {
  const { cast } = await createTestApp()
  const page = await cast.operator.get('/promises')
  expect(page.status).toBe(200)
  for (const { id, sentence } of promises)
    expect(page.text).toContain(
      `<span class="code">${id}</span> ${sentence.replaceAll("'", '&#39;')}`,
    )
  expect(page.text).toContain('test/privacy/retention.test.ts: promise R1')
  for (const who of [cast.admin, cast.manager, cast.outsider])
    expect((await who.get('/promises')).status).toBe(404)
  expect((await cast.stranger.get('/promises')).location).toBe('/sign-in?next=%2Fpromises')
})
