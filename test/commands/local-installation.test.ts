import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createPerson } from '../../local/people/person.ts'
import { acceptInvitation } from '../../local/people/story.ts'
import { runStarter, type StackEnv, stackEnv } from '../support/programs/starter.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const longMs = 240_000

type Ran = { code: number | null; out: string; err: string }

/** Runs what a person types after `npm run`. */
function npmRun(env: StackEnv, ...words: string[]): Promise<Ran> {
  const { PATH, HOME } = process.env
  const child = spawn('npm', ['run', '--silent', ...words], {
    cwd: root,
    env: { PATH, HOME, ...env },
  })
  const ran: Ran = { code: null, out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    ran.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    ran.err += chunk
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ran, code })))
}

test('an npm start installation can be backed up while it runs, stops and is stopped, and be restored into a new folder', {
  timeout: longMs,
}, async () => {
  const env = await stackEnv()
  const starter = runStarter(env)
  const link = /http:\/\/localhost:\d+\/invitations\/[\w-]+/.exec(await starter.ready)?.[0] ?? ''
  await acceptInvitation(
    createPerson(`http://localhost:${env.PORT}`),
    link,
    'Ada',
    'ada@example.com',
    'a long password of Ada',
  )
  const folder = dirname(env.DATA_DIR!)

  const running = await npmRun(env, 'backup', '--', join(folder, 'while-running'))
  expect([running.code, running.err]).toEqual([0, ''])
  expect(await npmRun(env, 'migrate')).toMatchObject({
    code: 0,
    out: 'The database is up to date.\n',
  })
  expect(JSON.parse((await npmRun(env, 'vault:rotate')).out)).toMatchObject({
    rotated: true,
    key: 'local',
  })
  const refused = await npmRun(env, 'restore', '--', join(folder, 'while-running'))
  expect([refused.code, refused.err]).toEqual([
    1,
    `CrateSocial is running from ${env.DATA_DIR}. Stop it first with Ctrl-C in the terminal of npm start.\n`,
  ])
  starter.child.kill('SIGTERM')
  const stopping = await npmRun(env, 'backup', '--', join(folder, 'while-stopping'))
  expect(stopping.code, stopping.err).toBe(0)
  expect(stopping.err).toMatch(/^(CrateSocial is stopping\. Waiting for it to finish\.\n)?$/)
  expect(await starter.ended).toBe(0)

  const stopped = await npmRun(env, 'backup', '--', join(folder, 'while-stopped'))
  expect([stopped.code, stopped.err]).toEqual([0, ''])
  expect(existsSync(join(env.DATA_DIR!, 'start.lock'))).toBe(false)

  const other = await stackEnv()
  expect((await npmRun(other, 'restore', '--', join(folder, 'while-stopped'))).err).toContain(
    'it has no secrets.json',
  )
  mkdirSync(other.DATA_DIR!, { recursive: true })
  copyFileSync(join(env.DATA_DIR!, 'secrets.json'), join(other.DATA_DIR!, 'secrets.json'))
  const restored = await npmRun(other, 'restore', '--', join(folder, 'while-stopped'))
  expect([restored.code, restored.err]).toEqual([0, ''])
  const again = runStarter(other)
  expect(await again.ready).not.toContain('/invitations/')
  const ada = createPerson(`http://localhost:${other.PORT}`)
  const page = await (await ada.open('/sign-in')).press('Sign in', {
    email: 'ada@example.com',
    password: 'a long password of Ada',
  })
  expect(page.url).not.toContain('/sign-in')
  again.child.kill('SIGTERM')
  expect(await again.ended).toBe(0)
})
