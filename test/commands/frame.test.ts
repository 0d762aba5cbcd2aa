import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
/** Every npm script that runs one of our programs. */
const programs = Object.entries(scripts)
  .filter(([, line]) => line.startsWith('node '))
  .map(([name, line]) => ({ name, args: line.split(' ').slice(1) }))

type Ran = { code: number; out: string; err: string }

const run = (args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME }
    execFile(process.execPath, args, { cwd: root, env, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    )
  })

describe('every command', () => {
  it('uses the shared command framework', () => {
    const file = ({ args }: (typeof programs)[number]) =>
      args.includes('local/command.ts')
        ? `commands/${args.at(-1)}.ts`
        : (args.find((arg) => arg.endsWith('.ts')) ?? '')
    const without = programs.filter(
      (one) =>
        !/\b(run|read)Command\(|readArguments\(/.test(readFileSync(join(root, file(one)), 'utf8')),
    )
    expect(without).toEqual([])
    expect(programs.length).toBeGreaterThan(20)
  })

  it.each(programs)(
    '$name shows its usage with --help and does nothing else',
    { timeout: 120_000 },
    async ({ name, args }) => {
      const { code, out, err } = await run([...args, '--help'])
      expect([code, err]).toEqual([0, ''])
      // `npm run dev` is `npm start` with an option.
      expect(out).toMatch(new RegExp(`^Usage: npm (run )?${name === 'dev' ? 'start' : name} -- `))
      expect(out).toContain('Exit codes: 0 success, 1 failure, 2 wrong usage.')
    },
  )

  it.each(programs)(
    '$name refuses an unknown option with a clear message and exit code 2',
    {
      timeout: 120_000,
    },
    async ({ args }) => {
      const { code, out, err } = await run([...args, '--no-such-option'])
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(
        /^(Unknown option '--no-such-option'|Required option '--temporal <host:port>' not specified)\n/,
      )
      expect(err).not.toMatch(/^\s+at /m)
    },
  )
})
