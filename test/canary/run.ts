import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createDataConverter } from '../../activities/data-converter.ts'
import { type OwnStack, startOwnStack } from '../../bench/own-stack.ts'
import { vaultKeys } from '../../config-values.ts'
import { close, connect, type Sql } from '../../db/connect.ts'
import { localSecrets } from '../../local/secrets.ts'
import { createClient } from '../../web/temporal.ts'
import { createPerson, type Person } from '../support/person.ts'
import { password } from '../support/story.ts'
import { crawl } from './crawl.ts'
import { listenTo } from './listener.ts'
import { filesIn, historiesIn, tablesOf } from './places.ts'
import { plant, plantedIn } from './plant.ts'
import { findSecrets, type Hit, type Place, type Secret } from './search.ts'
import { control, live, mailsOf, slug } from './story.ts'

/** `hits`: secrets that were found where none may be, before one was planted. `missed`: where the planted one was not found. */
export type Verdict = { tokens: number; places: number; bytes: number; hits: Hit[]; missed: string[] }

/** promise: S3: a whole installation lives through everything that happens to tokens; then they are looked for wherever anything is kept. */
export const runCanary = async (say: (line: string) => void): Promise<Verdict> => {
  const stack = await startOwnStack()
  const scene = openScene(stack)
  try {
    say(`a stack of its own at ${stack.url}`)
    await live({ stack, admin: scene.admin, mark: scene.mark, say })
    const pages = await crawl(scene.admin, [`/w/${slug}/calendar`, '/account', '/operate', '/privacy', '/data-deletion'])
    say(`${pages} pages opened`)
    const tokens = await markedTokens(stack, scene.mark)
    say(`looking for ${tokens.length} tokens and codes, and for the keys of the installation`)
    const places = await everyPlace(scene)
    const hits = findSecrets(scene.secrets, places)
    const bytes = places.reduce((sum, place) => sum + place.bytes.length, 0)
    say('planting one')
    return { tokens: tokens.length, places: places.length, bytes, hits, missed: await plantAndLook(scene, tokens[0] ?? '') }
  } finally {
    await close(scene.sql)
    await scene.client.connection.close()
    await stack.stop()
  }
}

type Scene = ReturnType<typeof openScene>

const openScene = (stack: OwnStack) => {
  const secrets = localSecrets(stack.folder)
  const keys = vaultKeys(secrets.vaultKeys)
  const { hear, places: heard } = listenTo(stack.url)
  const mark = `CANARY${randomBytes(5).toString('hex')}`
  const sql: Sql = connect({
    url: stack.databaseUrl,
    prepare: false,
    max: 2,
    applicationName: 'canary',
  })
  const client = createClient(
    {
      address: stack.temporalAddress,
      namespace: 'default',
      apiKey: undefined,
      tls: undefined,
      metadata: undefined,
      uiUrl: undefined,
    },
    createDataConverter(keys),
  )
  const admin: Person = createPerson(stack.url, hear)
  return { stack, keys, heard, mark, sql, client, admin, secrets: secretsOf(mark, secrets, keys) }
}

const secretsOf = (mark: string, local: ReturnType<typeof localSecrets>, keys: ReturnType<typeof vaultKeys>): Secret[] => [
  { name: 'a token', value: Buffer.from(mark) },
  { name: 'the secret of the Meta app', value: Buffer.from(local.metaAppSecret) },
  { name: 'the secret of the TikTok app', value: Buffer.from(local.tiktokClientSecret) },
  { name: 'the key of throttles', value: Buffer.from(local.throttleKey) },
  { name: 'the password of the database', value: Buffer.from(local.databasePassword) },
  { name: 'the password of a person', value: Buffer.from(password) },
  ...keys.map(({ key }) => ({ name: 'the key of the vault', value: key })),
]

/** What the sandbox handed out since the mark was set: nothing may have left it without. */
const markedTokens = async (stack: OwnStack, mark: string): Promise<string[]> => {
  const issued = (await control({ stack }, 'GET', '/ledger/secrets')) as string[]
  const unmarked = issued.filter((token) => token.split(mark).length !== 3).length
  if (issued.length < 20 || unmarked > 0)
    throw new Error(`${unmarked} of ${issued.length} tokens and codes do not carry the mark`)
  return issued
}

/** The sandbox is the platforms', and `secrets.json` is where the installation keeps its keys: neither is a place of ours. */
const everyPlace = async ({ stack, sql, client, keys, heard }: Scene): Promise<Place[]> => {
  const data = await filesIn(stack.folder, 'data', ['sandbox', 'secrets.json', 'postgres'])
  // Lines of a mail are cut anywhere: joined again, nothing hides in a seam.
  const mails = data
    .filter(({ name }) => name.endsWith('.eml'))
    .map(({ name, bytes }) => ({
      name: `${name}: joined`,
      bytes: Buffer.from(bytes.toString('latin1').replace(/=?\r?\n/g, ''), 'latin1'),
    }))
  return [
    ...data,
    ...mails,
    ...(await filesIn(join(stack.databaseFolder, 'postgres'), 'database')),
    ...(await tablesOf(sql)),
    ...(await historiesIn(client, keys)),
    { name: 'mailbox', bytes: Buffer.from(await mailsOf(stack)) },
    ...heard(),
  ]
}

const plantAndLook = async (scene: Scene, token: string): Promise<string[]> => {
  const { stack, admin, sql, client: sealing } = scene
  await plant({ stack, admin, token, sealing, sql })
  const found = findSecrets([{ name: 'planted', value: Buffer.from(scene.mark) }], await everyPlace(scene))
  return plantedIn
    .filter(({ place, form }) => !found.some((hit) => place.test(hit.place) && form.test(hit.form)))
    .map(({ what }) => what)
}
