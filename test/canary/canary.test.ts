import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url).pathname

test('promise S3: no token stands in a log, a history, a table, a mail or a page, and a planted one is found in each', {
  timeout: 480_000,
}, async () => {
  const { code, said } = await runProgram()
  const verdict = JSON.parse(said.trim().split('\n').at(-1) ?? '{}')
  expect({ code, ...verdict }, said).toMatchObject({ code: 0, canary: true, hits: 0, planted: 'found' })
  expect(verdict.tokens).toBeGreaterThan(20)
  expect(verdict.places).toBeGreaterThan(300)
})

const runProgram = (): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'test/canary/main.ts'],
      { cwd: root, maxBuffer: 10_000_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: `${stderr}${stdout}` }),
    )
  })
