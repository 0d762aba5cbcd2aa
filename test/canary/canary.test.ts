import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('promise S3, A3: no token is in a log, a history, a table, a mail or a page, and no personal value is in a log or a history; planted ones are found in each place', {
  timeout: 480_000,
}, async () => {
  const { code, said } = await runProgram()
  const last = said.trim().split('\n').at(-1) ?? ''
  const verdict = last.startsWith('{') ? JSON.parse(last) : {} // what it said tells why there is none
  expect({ code, ...verdict }, said).toMatchObject({
    code: 0,
    canary: true,
    hits: 0,
    planted: 'found',
  })
  expect(verdict.tokens).toBeGreaterThan(20)
  expect(verdict.personal).toBeGreaterThan(12)
  expect(verdict.places).toBeGreaterThan(300)
})

const runProgram = (): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'test/canary/main.ts'],
      { cwd: root, maxBuffer: 10_000_000 },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, said: `${stderr}${stdout}` }),
    )
  })
