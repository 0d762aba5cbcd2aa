import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import openapiTypes from 'openapi-typescript'
import { beforeAll, expect, it } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import { apiClient } from '../support/api.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { connectAll } from '../support/posts.ts'

type Options = { baseUrl: string; secret: string; fetch(request: Request): Promise<Response> }
type Job = {
  publishPicture(options: Options, picture: Blob, at: string): Promise<{ id: string }>
  scheduleNothing(options: Options, at: string): Promise<string>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const at = '2099-11-26T10:00:00Z'
let test: TestApp
let folder: string
beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ API_REQUESTS_PER_HOUR: '1000' }) })
  folder = await generateClient()
})

/** Writes the types beside a copy of the job, in a folder from which packages can be imported. */
const generateClient = async (): Promise<string> => {
  await mkdir(join(root, '.cache'), { recursive: true })
  const made = await mkdtemp(join(root, '.cache', 'api-client-'))
  atTheEnd(() => rm(made, { recursive: true }))
  const document = await (await test.app.request('/api/v1/openapi.json')).json()
  await writeFile(join(made, 'types.ts'), await openapiTypes(document as never))
  await cp(join(root, 'test/api/client/job.mts'), join(made, 'job.mts'))
  const settings = { extends: '../../tsconfig.json', include: ['*'], exclude: [] }
  await writeFile(join(made, 'tsconfig.json'), JSON.stringify(settings))
  return made
}

/** What the compiler says about the job. Empty: nothing. */
const compile = (): Promise<string> =>
  new Promise((resolve) => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    execFile(process.execPath, [compiler, '-p', folder], (error, said) =>
      resolve(error ? `${said}${error.message}` : said),
    )
  })

it('a client generated from the OpenAPI document type-checks, misuse included', async () => {
  expect(await compile()).toBe('')
}, 60_000)

it('the generated client does the main job: upload, draft, check, schedule, read', async () => {
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  await connectAll(test.deps, who)
  const { secret } = await apiClient(test, who)
  const job = (await import(pathToFileURL(join(folder, 'job.mts')).href)) as Job
  const options: Options = {
    baseUrl: `${test.deps.config.publicUrl}/api/v1`,
    secret,
    fetch: async (request) => test.app.request(request),
  }
  const picture = new Blob([new Uint8Array(await makeJpeg({ width: 1080, height: 1080 }))])
  const done = await job.publishPicture(options, picture, at)
  expect(done).toEqual({
    ready: true,
    state: 'scheduled',
    dueAt: new Date(at).toISOString(),
    states: ['instagram scheduled'],
    listed: [done.id],
    id: done.id,
  })
  expect(await job.scheduleNothing(options, at)).toBe('rules')
})
