import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { keepRunning } from '../../local/programs/child.ts'
import { programsReading, watchSources } from '../../local/programs/watch-sources.ts'
import { startWatchdog } from '../../local/programs/watchdog.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const emptyFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-watch-'))
  cleanUps.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('npm run dev', () => {
  it('knows which programs read a file', () => {
    expect(programsReading('web/posts/routes.ts')).toEqual(['web server'])
    expect(programsReading('activities/posts/send.ts')).toEqual(['worker'])
    expect(programsReading('platforms/index.ts')).toEqual(['web server', 'worker'])
    expect(programsReading('local/sandbox/world.ts')).toEqual(['sandbox'])
    expect(programsReading('local/stack.ts')).toEqual([])
  })

  it('restarts nothing for a page template, which is read each time, but restarts the worker for a mail template', () => {
    expect(programsReading('web/views/posts/show.eta')).toEqual([])
    expect(programsReading('web/views/mail/link-text.eta')).toEqual(['worker'])
  })

  it('reports everything that was saved', async () => {
    const root = await emptyFolder()
    const folders = [
      'activities',
      'config',
      'db',
      'media',
      'observability',
      'platforms',
      'temporal',
      'text',
      'web',
      'workflows',
    ]
    for (const folder of [...folders, 'local/sandbox'])
      await mkdir(join(root, folder), { recursive: true })
    const told: string[][] = []
    cleanUps.push(watchSources(root, (programs) => told.push([...programs].sort())))
    await writeFile(join(root, 'web', 'a.ts'), '')
    await writeFile(join(root, 'workflows', 'b.ts'), '')
    await expect.poll(() => told.flat().sort()).toEqual(['web server', 'worker'])
  })

  it('restarts a program immediately when its file changes, and does not call that a failure', async () => {
    const folder = await emptyFolder()
    const watchdog = startWatchdog()
    cleanUps.push(() => watchdog.finish())
    const said: string[] = []
    let starts = 0
    const program = keepRunning(
      {
        name: 'The program',
        program: process.execPath,
        args: ['-e', 'setInterval(() => undefined, 1000)'],
        env: { PATH: process.env.PATH },
        logFile: join(folder, 'program.log'),
      },
      { watchdog, say: (line) => said.push(line), onStart: () => (starts += 1) },
    )
    cleanUps.push(() => program.stop())
    await program.restart()
    await expect.poll(() => starts).toBe(2)
    expect(said).toEqual([])
  })
})
