import { setTimeout as sleep } from 'node:timers/promises'
import type { OwnStack } from '../../bench/own-stack.ts'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { Fields, Page, Person } from '../../local/people/person.ts'
import {
  acceptInvitation,
  channelsIn,
  compose,
  makeWorkspace,
  upload,
} from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { connectMeta, connectTiktok } from '../support/connect.ts'

export type Told = { stack: OwnStack; admin: Person; mark: string; say(line: string): void }

export const slug = 'northside'
const accountsPath = `/w/${slug}/channels`

/**
 * Everything that can happen to a token, caused as people do: through pages, and by what the
 * platforms do.
 */
export const live = async (told: Told): Promise<void> => {
  const { admin, stack, say } = told
  await control(told, 'PATCH', '/settings', { tokenMark: told.mark })
  await acceptInvitation(admin, stack.invitation, 'Ada', 'ada@example.com')
  await makeWorkspace(admin, 'Northside')
  say('connecting')
  await connectShortLived(told, 'Ben Southside')
  await connectMeta(admin, slug)
  await connectTiktok(admin, slug)
  const files = await uploadFiles(admin)
  say('publishing, and a post that fails')
  await publishEverywhere(told, files)
  say('renewing')
  await renewTiktok(told, files.square)
  await untilAccounts(admin, /renewed|connected/)
  say('a password is changed')
  await changePassword(told)
  say('disconnecting while the platform is down, and connecting again')
  await disconnectTiktok(told)
  say('an app is removed, and its data asked for')
  await untilRenewed(told)
  await removeApp(told, 'Ben Southside')
  say('handing over the data')
  await exportData(told)
}

type Files = { square: string; clip: string }

const uploadFiles = async (admin: Person): Promise<Files> => ({
  square: await upload(admin, slug, 'square.jpg', await makeJpeg({ width: 1080, height: 1080 })),
  clip: await upload(
    admin,
    slug,
    'clip.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
  ),
})

/** A token that lives for a minute is renewed and causes warnings while the rest continues. */
const connectShortLived = async (told: Told, who: string): Promise<void> => {
  await control(told, 'PATCH', '/settings', { longTokenLifeMs: 60_000 })
  await connectMeta(told.admin, slug, who)
  await control(told, 'PATCH', '/settings', { longTokenLifeMs: 60 * 86_400_000 })
}

const untilRenewed = async (told: Told): Promise<void> => {
  const exchanges = async () =>
    (
      (await control(told, 'GET', '/ledger/calls?endpoint=oauth.access_token')) as {
        facts: { grantType?: string }
      }[]
    ).length
  // Two for each of the three consents so far, and one for the renewal.
  await until('the short-lived token is renewed', async () => (await exchanges()) > 6)
}

const tiktok = (channel: string): Fields => ({
  [`${channel}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
  [`${channel}.allow_comment`]: 'on',
  [`${channel}.consent`]: 'on',
})

const publishEverywhere = async (told: Told, { clip }: Files): Promise<void> => {
  const { admin } = told
  const channels = await channelsOf(admin)
  const all = ['Northside Records', '@northsiderecords', '@northside.records'].map(channels)
  const fields = {
    text: 'One crate for everybody',
    channel: all,
    media: [clip],
    ...tiktok(all[2] ?? ''),
  }
  const out = await compose(admin, slug, fields, 'Publish now')
  await fault(told, {
    platform: 'facebook',
    endpoint: 'feed',
    when: 'before',
    kind: 'error',
    code: 100,
  })
  const refused = await compose(
    admin,
    slug,
    { text: 'Nobody wants this', channel: all[0] ?? '' },
    'Publish now',
  )
  await untilPills(admin, refused.url, ['failed'])
  await untilPills(admin, out.url, ['published', 'published', 'published'])
  await fault(told, { platform: 'facebook', endpoint: 'feed', when: 'after', kind: 'reset' })
  const lost = await compose(
    admin,
    slug,
    { text: 'Was it heard?', channel: all[0] ?? '' },
    'Publish now',
  )
  await until(
    'the answer is lost',
    async () => (await admin.open(lost.url)).document.querySelector('.pill') !== null,
  )
}

/** The token expires without our knowledge. The next publication notices and renews it. */
const renewTiktok = async (told: Told, square: string): Promise<void> => {
  const { admin } = told
  const channel = (await channelsOf(admin))('@northside.records')
  await control(told, 'POST', '/accounts/tiktok/northside.records/expire-tokens', { access: true })
  const fields = { text: 'After a renewal', channel, media: square, ...tiktok(channel) }
  await untilPills(admin, (await compose(admin, slug, fields, 'Publish now')).url, ['published'])
}

const changePassword = async (told: Told): Promise<void> => {
  const { admin } = told
  const channel = (await channelsOf(admin))('Northside Records')
  const dueAt = new Date(Date.now() + 86_400_000)
  await compose(
    admin,
    slug,
    { text: 'Waits', channel, time: wallTimeOf(dueAt, 'Europe/Zurich') },
    'Schedule',
  )
  await control(
    told,
    'POST',
    `/accounts/meta/people/${await personCalled(told, 'Ada Northside')}/state`,
    {
      tokens: 'password_changed',
    },
  )
  const held = await compose(admin, slug, { text: 'With a dead token', channel }, 'Publish now')
  await untilAccounts(admin, /needs reconnecting/)
  await connectMeta(admin, slug)
  await untilAccounts(admin, /^(?!.*needs reconnecting)/)
  await untilPills(admin, held.url, ['published']) // it waited for the new connection
}

const disconnectTiktok = async (told: Told): Promise<void> => {
  const { admin } = told
  const channel = (await channelsOf(admin))('@northside.records')
  await fault(told, {
    platform: 'tiktok',
    endpoint: 'oauth/revoke',
    when: 'before',
    kind: 'error',
    code: 500,
    times: 2,
  })
  const question = await admin.open(`${accountsPath}/${channel}/disconnect`)
  await question.press('Disconnect', { history: 'keep' })
  await untilAccounts(admin, /hasn’t confirmed .* Tried/)
  await untilAccounts(admin, /TikTok confirmed that access is revoked/)
  await connectTiktok(admin, slug)
}

const removeApp = async (told: Told, who: string): Promise<void> => {
  const remove = `/accounts/meta/people/${await personCalled(told, who)}/remove-app`
  for (const spoil of ['bad_signature', 'old'])
    await control(told, 'POST', remove, { deletionRequest: true, spoil })
  await control(told, 'POST', remove, { deletionRequest: true })
  const answers = (await control(told, 'GET', '/accounts/meta/callbacks')) as {
    kind: string
    status: number
    reply: string
  }[]
  const status = answers
    .map((answer) => /\/data-deletion\/[\w-]+/.exec(answer.reply)?.[0])
    .find((path) => path !== undefined)
  if (!status)
    throw new Error(
      `the deletion callback was not answered with a page: ${JSON.stringify(answers)}`,
    )
  await until('the erasure is done', async () =>
    (await told.admin.open(status)).text.includes('The deletion is complete'),
  )
}

const exportData = async (told: Told): Promise<void> => {
  const { admin, stack } = told
  await (await admin.open('/account')).press('Export data')
  let link = ''
  await until('the export is mailed', async () => {
    link = /http\S+\/account\/export\/[\w-]+/.exec(await mailsOf(stack))?.[0] ?? ''
    return link !== ''
  })
  const fetched = await (await admin.open(link)).press('Download file')
  if (!fetched.html.startsWith('PK'))
    throw new Error(`the export is no zip archive: ${fetched.text}`)
}

/** The mailbox's own list, with decoded bodies, newest first. */
export const mailsOf = async (stack: OwnStack): Promise<string> =>
  (await fetch(`${stack.mailbox}mails.json`)).text()

const channelsOf = async (admin: Person): Promise<(words: string) => string> => {
  const channels = channelsIn(await admin.open(`/w/${slug}/posts/new`))
  return (words) => {
    const found = channels.find(({ label }) => label.endsWith(words))
    if (!found)
      throw new Error(
        `no account "${words}" among ${channels.map(({ label }) => label).join(', ')}`,
      )
    return found.id
  }
}

const untilPills = (admin: Person, url: string, wanted: string[]): Promise<void> => {
  const pillsIn = (page: Page) =>
    [...page.document.querySelectorAll('.target .pill')].map((pill) =>
      (pill.textContent ?? '').trim(),
    )
  let page: Page | undefined
  const isSo = async () => {
    page = await admin.open(url)
    return String(pillsIn(page)) === String(wanted)
  }
  return until(`${url} shows ${wanted}`, isSo).catch((error: Error) => {
    throw new Error(`${error.message}; it says: ${page?.text}`)
  })
}

const untilAccounts = (admin: Person, words: RegExp): Promise<void> =>
  until(`the accounts show ${words}`, async () => words.test((await admin.open(accountsPath)).text))

export const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
  for (const giveUpAt = Date.now() + 150_000; !(await isSo()); await sleep(300))
    if (Date.now() > giveUpAt) throw new Error(`two and a half minutes went by before ${what}`)
}

const personCalled = async (told: Told, name: string): Promise<string> => {
  const { people } = (await control(told, 'GET', '/accounts/meta')) as {
    people: Record<string, { id: string; name: string }>
  }
  const found = Object.values(people).find((person) => person.name === name)
  if (!found) throw new Error(`the sandbox knows no ${name}`)
  return found.id
}

const fault = (told: Told, rule: Record<string, unknown>) => control(told, 'POST', '/faults', rule)

export const control = async (
  { stack }: Pick<Told, 'stack'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> => {
  const init =
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answer = await fetch(stack.control + path, { method, ...init })
  if (!answer.ok)
    throw new Error(`the sandbox answered ${answer.status} to ${path}: ${await answer.text()}`)
  return await answer.json()
}
