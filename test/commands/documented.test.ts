import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runProgram } from '../support/programs/program.ts'
import { calls, documentText, named, programs, read, root, scripts } from './calls.ts'

describe('a command that a document names', () => {
  it('exists', () => {
    expect(named.filter((name) => !(name in scripts))).toEqual([])
    expect(named.length).toBeGreaterThan(20)
  })

  it('has the options that the document uses', { timeout: 300_000 }, async () => {
    const unknown: string[] = []
    for (const name of named) {
      const wanted = [
        ...new Set(calls.filter((call) => call.script === name).flatMap(({ options }) => options)),
      ]
      const line = scripts[name] ?? ''
      if (wanted.length === 0 || !line.startsWith('node ')) continue
      const { out } = await runProgram([...line.split(' ').slice(3), '--help'], {})
      unknown.push(
        ...wanted.filter((option) => !out.includes(option)).map((option) => `${name} ${option}`),
      )
    }
    expect(unknown).toEqual([])
  })

  it('uses only services and programs that exist if it is a docker compose command', () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: object }
    const runs = [
      ...documentText.matchAll(
        /docker compose (?:run|exec)((?: --?[a-zA-Z][\w-]*(?: tar)?)*) ([a-z-]+)([^`\n#]*)/g,
      ),
    ]
    expect(runs.length).toBeGreaterThan(6)
    expect(
      runs.map(([, , service = '']) => service).filter((service) => !(service in services)),
    ).toEqual([])
    expect(programs.filter((name) => !existsSync(join(root, `${name}.ts`)))).toEqual([])
  })
})
