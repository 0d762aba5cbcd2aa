import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type OwnStack, startOwnStack } from '../../bench/own-stack.ts'
import { vaultKeys } from '../../config/values.ts'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { createPerson, type Person } from '../../local/people/person.ts'
import { password } from '../../local/people/story.ts'
import { appSecret, localSecrets } from '../../local/secrets.ts'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { createClient } from '../../web/operate/temporal-client.ts'
import { crawl } from './crawl.ts'
import { listenTo } from './listener.ts'
import {
  isClosedToPersons,
  liveAsPerson,
  mailedSecrets,
  newPersonal,
  personalSecrets,
} from './personal.ts'
import { filesIn, historiesIn, tablesOf } from './places.ts'
import { plant, plantedIn, plantedPersonalIn } from './plant.ts'
import { findSecrets, type Hit, type Place, type Secret } from './search.ts'
import { control, live, mailsOf, slug } from './story.ts'

/**
 * `personal`: how many values of a person and mailed codes were searched for. `hits`: those found
 * where they must not be, before anything was planted. `missed`: the places where planted ones were
 * not found.
 */
export type Verdict = {
  tokens: number
  personal: number
  places: number
  bytes: number
  hits: Hit[]
  missed: string[]
}

/**
 * promise: S3: a whole installation goes through everything that happens to tokens, and then every
 * place that stores anything is searched for them.
 */
export const runCanary = async (say: (line: string) => void): Promise<Verdict> => {
  const stack = await startOwnStack()
  const scene = openScene(stack)
  try {
    say(`a stack of its own at ${stack.url}`)
    await live({ stack, admin: scene.admin, mark: scene.mark, say })
    say('a person joins, works, and deletes their account')
    await liveAsPerson({ stack, admin: scene.admin, mark: scene.mark, say }, scene.personal)
    const pages = await crawl(scene.admin, [
      `/w/${slug}/calendar`,
      '/account',
      '/operate',
      '/privacy',
      '/data-deletion',
    ])
    say(`${pages} pages opened`)
    const tokens = await markedTokens(stack, scene.mark)
    say(`looking for ${tokens.length} tokens and codes, and for the keys of the installation`)
    const places = await everyPlace(scene)
    const closed = places.filter(isClosedToPersons)
    const personal = [...personalSecrets(scene.personal), ...mailedSecrets(await mailsOf(stack))]
    say(
      `looking for ${personal.length} values of a person and codes in ${closed.length} logs and histories`,
    )
    const hits = [...findSecrets(scene.secrets, places), ...findSecrets(personal, closed)]
    const bytes = places.reduce((sum, place) => sum + place.bytes.length, 0)
    say('planting one')
    const missed = await plantAndLook(scene, tokens[0] ?? '')
    return {
      tokens: tokens.length,
      personal: personal.length,
      places: places.length,
      bytes,
      hits,
      missed,
    }
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
      acceptUnsealed: false,
      uiUrl: undefined,
    },
    createDataConverter(keys),
  )
  const admin: Person = createPerson(stack.url, hear)
  return {
    stack,
    keys,
    heard,
    mark,
    sql,
    client,
    admin,
    personal: newPersonal(),
    secrets: secretsOf(mark, secrets, keys),
  }
}

const secretsOf = (
  mark: string,
  local: ReturnType<typeof localSecrets>,
  keys: ReturnType<typeof vaultKeys>,
): Secret[] => [
  { name: 'a token', value: Buffer.from(mark) },
  { name: 'the secret of the Meta app', value: Buffer.from(appSecret(local, 'META_APP_SECRET')) },
  {
    name: 'the secret of the TikTok app',
    value: Buffer.from(appSecret(local, 'TIKTOK_CLIENT_SECRET')),
  },
  { name: 'the key of throttles', value: Buffer.from(local.throttleKey) },
  { name: 'the password of the database', value: Buffer.from(local.databasePassword) },
  { name: 'the password of a person', value: Buffer.from(password) },
  ...keys.map(({ key }) => ({ name: 'the key of the vault', value: key })),
]

/** All tokens that the sandbox has issued since the mark was set. Throws if any lacks the mark. */
const markedTokens = async (stack: OwnStack, mark: string): Promise<string[]> => {
  const issued = (await control({ stack }, 'GET', '/ledger/secrets')) as string[]
  const unmarked = issued.filter((token) => token.split(mark).length !== 3).length
  if (issued.length < 20 || unmarked > 0)
    throw new Error(`${unmarked} of ${issued.length} tokens and codes do not carry the mark`)
  return issued
}

/**
 * Leaves out the sandbox, which belongs to the platforms, and `secrets.json`, where the
 * installation keeps its keys.
 */
const everyPlace = async ({ stack, sql, client, keys, heard }: Scene): Promise<Place[]> => {
  const data = await filesIn(stack.folder, 'data', ['sandbox', 'secrets.json', 'postgres'])
  // Lines of a mail are wrapped anywhere, so they are joined to find values that span two lines.
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
  const { personal } = scene
  await plant({ stack, admin, token, sealing, sql, personal })
  const places = await everyPlace(scene)
  const found = findSecrets([{ name: 'planted', value: Buffer.from(scene.mark) }], places)
  const missed = plantedIn.filter(
    ({ place, form }) => !found.some((hit) => place.test(hit.place) && form.test(hit.form)),
  )
  const values = personalSecrets(personal)
  const foundPersonal = findSecrets(values, places.filter(isClosedToPersons))
  const missedPersonal = plantedPersonalIn.flatMap(({ what, place }) =>
    values
      .filter(
        ({ name }) => !foundPersonal.some((hit) => hit.secret === name && place.test(hit.place)),
      )
      .map(({ name }) => ({ what: `${name} in ${what}` })),
  )
  return [...missed, ...missedPersonal].map(({ what }) => what)
}
