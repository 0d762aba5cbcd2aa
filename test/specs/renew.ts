import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readCommand } from '../../commands/command.ts'

const { options } = readCommand('specs:renew', (command) =>
  command
    .description(
      "Reads Meta's published spec anew from its Python SDK on PyPI and writes it to test/specs/meta-vNN.json. Needs python3 with " +
        'pip, and the network. Then run `npm run specs`: what fails is what Meta changed.',
    )
    .option('--sdk <version>', 'of the package facebook_business', '26.0.3'),
)

const run = promisify(execFile)
const here = (name: string) => join(import.meta.dirname, name)
const folder = await mkdtemp(join(tmpdir(), 'cratesocial-specs-'))
try {
  await run('python3', [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--quiet',
    '--dest',
    folder,
    `facebook_business==${options.sdk}`,
  ])
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  if (!wheel) throw new Error(`PyPI gave no wheel of facebook_business ${options.sdk}.`)
  await run('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
  const extract = [here('extract-meta.py'), join(folder, 'facebook_business')]
  const { stdout } = await run('python3', extract, { maxBuffer: 100_000_000 })
  const { apiVersion, objects } = JSON.parse(stdout) as { apiVersion: string; objects: object }
  const file = `meta-${apiVersion.replace(/\..*$/, '')}.json`
  await writeFile(here(file), stdout)
  console.log(`Wrote test/specs/${file}: ${Object.keys(objects).length} objects of ${apiVersion}.`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
