import { execFile } from 'node:child_process'
import {
  lstat,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { beforeAll, expect, it } from 'vitest'
import { callApi } from '../../cli/api.ts'
import { readLogin, writeLogin } from '../../cli/settings.ts'
import { apiClient } from '../support/api.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { served } from '../support/mcp.ts'
import { connectAll } from '../support/posts.ts'
import type { Ran } from '../support/programs/program.ts'

let test: TestApp
let origin: string
let folder: string
let facebook: string
beforeAll(async () => {
  test = await createTestApp()
  origin = await served(test)
  facebook = (await connectAll(test.deps, northside())).facebook
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-cli-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
})
const northside = () => ({ workspaceId: test.workspaces.northside, userId: test.cast.admin.id })
const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs the command line as a person would, with this on its standard input. */
const run = (args: string[], input = ''): Promise<Ran> =>
  new Promise((resolve) => {
    const words = ['--import', 'tsx', 'cli/main.ts', '--login', join(folder, 'a', 'login.json')]
    const env = { PATH: process.env.PATH, HOME: folder }
    const child = execFile(
      process.execPath,
      [...words, ...args],
      { cwd: root, env, timeout: 60_000 },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    )
    child.stdin?.end(input)
  })
const json = async (args: string[]) => {
  const { code, out, err } = await run([...args, '--json'])
  expect([err, code]).toEqual(['', 0])
  return JSON.parse(out)
}

it('the command line logs in, uploads, drafts once, schedules, and says what is wrong', {
  timeout: 180_000,
}, async () => {
  const { secret } = await apiClient(test, { ...northside(), scopes: ['read', 'draft'] })
  const [early, open, good] = await Promise.all([
    run(['accounts']),
    run(['login', 'http://social.example'], secret),
    run(['login', origin], `${secret}\n`),
  ])
  expect([early.code, open.code, good.code]).toEqual([2, 2, 0])
  expect(early.err).toBe('Log in first: cratesocial login <server>.\n')
  expect(good.out).toContain('Northside Records')
  expect(good.out + good.err).not.toContain(secret)
  const file = join(folder, 'a', 'login.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ server: origin, key: secret })

  const picture = join(folder, 'sleeve.png')
  const create = { width: 1_080, height: 1_080, channels: 3, background: '#c33' } as const
  await sharp({ create }).png().toFile(picture)
  const [accounts, media] = await Promise.all([run(['accounts']), json(['upload', picture])])
  expect(accounts.out).toContain(facebook)
  const hostile = 'New\u001b[31m in the crates'
  const draft = ['posts', 'draft', hostile, '--account', facebook, '--media', media.id]
  const once = [...draft, '--idempotency-key', 'crate-1']
  const [first, second] = await Promise.all([json(once), json(once)])
  expect(second.id).toBe(first.id)
  const [row] = await test.sql<{ n: number }[]>`select count(*)::int as n from posts`
  expect(row?.n).toBe(1)

  const when = ['schedule', first.id, '--at', '2099-11-26T10:00:00Z']
  const [listed, refused] = await Promise.all([run(['posts', 'list']), run(when)])
  expect(listed.out).toContain('New[31m in the crates')
  expect([refused.code, refused.err]).toEqual([1, 'This needs a key with the scope “schedule”.\n'])
  await test.sql`update api_keys set scopes = '{read,schedule}'`
  const past = await run(['schedule', first.id, '--at', '2020-01-01T10:00:00Z'])
  expect([past.code, past.err]).toEqual([1, expect.stringContaining('Nothing was changed:\n- ')])
  expect(await json(when)).toMatchObject({ state: 'scheduled' })
})

it('a new login replaces a file that others could read, and writes nothing through a link', async () => {
  const [target, file] = [join(folder, 'open.json'), join(folder, 'link.json')]
  await writeFile(target, '{}', { mode: 0o644 })
  await symlink(target, file)
  const opened = await open(target)
  const login = { server: 'https://social.example', key: 'cs_secret' }
  for (const path of [file, target]) {
    await writeLogin(path, login)
    expect((await lstat(path)).mode & 0o777).toBe(0o600)
    expect(await readLogin(path)).toEqual(login)
    if (path === file) expect(await readFile(target, 'utf8')).toBe('{}')
  }
  expect(await opened.readFile('utf8')).toBe('{}')
  await opened.close()
  expect((await readdir(folder)).filter((name) => /^(open|link)\.json\./.test(name))).toEqual([])
})

it('the command line sends the same request again after a lost connection and a busy server', async () => {
  const keys: unknown[] = []
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    if (keys.length === 1) request.socket.destroy()
    else response.writeHead(keys.length === 2 ? 503 : 201).end('{"id":"one"}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  atTheEnd(async () => void server.close())
  const { port } = server.address() as AddressInfo
  const login = { server: `http://127.0.0.1:${port}`, key: 'cs_unused' }
  expect(await callApi(login, 'POST', '/posts', { body: {} })).toEqual({ id: 'one' })
  expect(keys).toEqual([keys[0], keys[0], keys[0]])
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
})

it('reads no answer without end', async () => {
  const server = createServer((_, answer) => {
    const more = () => {
      while (answer.write(' '.repeat(1_000_000)));
      answer.once('drain', more)
    }
    more()
  }).listen(0, '127.0.0.1')
  atTheEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const login = { server: `http://127.0.0.1:${port}`, key: 'cs_unused' }
  await expect(callApi(login, 'GET', '/posts')).rejects.toThrow('too large')
})
