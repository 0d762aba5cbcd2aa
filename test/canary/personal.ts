import { randomBytes } from 'node:crypto'
import { makeJpeg } from '../../local/media/media-files.ts'
import { createPerson, type Person } from '../../local/people/person.ts'
import { acceptInvitation, channelsIn, compose, invite, upload } from '../../local/people/story.ts'
import type { Place, Secret } from './search.ts'
import { mailsOf, slug, type Told, until } from './story.ts'

/**
 * What a person types. Each value contains the mark of this run and a letter for its kind, so that
 * it is recognized anywhere.
 */
export type Personal = Record<
  | 'name'
  | 'newName'
  | 'email'
  | 'newEmail'
  | 'password'
  | 'wrongPassword'
  | 'caption'
  | 'alt'
  | 'file'
  | 'reader',
  string
>

export const newPersonal = (): Personal => {
  const mark = `personal${randomBytes(5).toString('hex')}`
  return {
    name: `${mark}n Surname`,
    newName: `${mark}m Surname`,
    email: `${mark}e@example.com`,
    newEmail: `${mark}w@example.com`,
    password: `${mark}p and a long passphrase`,
    wrongPassword: `${mark}x is not the passphrase`,
    caption: `${mark}c is the caption`,
    alt: `${mark}a is the alt text`,
    file: `${mark}f.jpg`,
    reader: `${mark}r@client.example`,
  }
}

/**
 * promise: A3, S3: the places that must not contain any value of a person in any form: logs of the
 * server, the worker, PostgreSQL and Temporal, Temporal's own database, and histories, including
 * their sealed payloads once opened.
 */
export const isClosedToPersons = ({ name }: Place): boolean =>
  /^data\/(logs|temporal)\/|^history |^database\/.*\.log$|^database\/log\//.test(name)

export const personalSecrets = (personal: Personal): Secret[] =>
  Object.entries(personal).map(([kind, value]) => ({
    name: `a person's ${kind}`,
    value: Buffer.from(value.split(/[ .@]/)[0] ?? value),
  }))

/** Secrets in mailed links, and codes of status pages. */
export const mailedSecrets = (mails: string): Secret[] => {
  const found = [
    ...mails.matchAll(
      /\/(?:invitations|password-reset|report-emails|account\/[a-z-]+|data-deletion(?:\/confirm)?|sign-in\/link)\/([\w-]{20,})/g,
    ),
  ]
  return [...new Set(found.map(([, value]) => value!))].map((value) => ({
    name: 'a code from a mail',
    value: Buffer.from(value),
  }))
}

/**
 * Joins, works, makes typing mistakes, changes everything that can be changed, requests all
 * exports, and deletes the account.
 */
export const liveAsPerson = async (told: Told, personal: Personal): Promise<void> => {
  const { admin, stack } = told
  const links = [
    await invite(admin, slug, 'manager'),
    await invite(admin, slug, 'manager'),
    await invite(admin, slug, 'manager'),
  ]
  const person = createPerson(stack.url)
  await acceptInvitation(person, links[0]!, personal.name, personal.email, personal.password)
  // Two people claim the same address at the same moment.
  const both = [createPerson(stack.url), createPerson(stack.url)]
  await Promise.all(
    both.map((one, n) =>
      acceptInvitation(
        one,
        links[n + 1]!,
        personal.newName,
        `twice-${personal.email}`,
        personal.password,
      ),
    ),
  )
  const stranger = createPerson(stack.url)
  await stranger
    .open('/sign-in')
    .then((page) =>
      page.press('Sign in', { email: personal.email, password: personal.wrongPassword }),
    )
  await send(stranger, '/password-reset', { email: personal.email })
  await publish(told, person, personal)
  await sendReport(told, person, personal)
  await send(person, '/account/name', { name: personal.newName })
  await send(person, '/account/email', { email: personal.newEmail, password: personal.password })
  await send(person, '/account/export', {})
  await until('mails to the new address and with the export', async () => {
    const mails = await mailsOf(stack)
    return /account\/email\/[\w-]{20}/.test(mails) && /Your data is ready/.test(mails)
  })
  const link = /http\S+\/account\/email\/[\w-]+/.exec(await mailsOf(stack))![0]
  await send(person, new URL(link).pathname, {})
  await leave(told, person)
}

const publish = async ({ admin }: Told, person: Person, personal: Personal): Promise<void> => {
  const file = await upload(
    person,
    slug,
    personal.file,
    await makeJpeg({ width: 1080, height: 1080, color: '#123456' }),
  )
  const channel = channelsIn(await person.open(`/w/${slug}/posts/new`)).find(({ label }) =>
    label.endsWith('Northside Records'),
  )!.id
  const fields = { text: personal.caption, channel, media: file, [`alt.${file}`]: personal.alt }
  const out = await compose(person, slug, fields, 'Publish now')
  await untilText(admin, out.url, /published/)
  await compose(person, slug, { ...fields, time: '2099-11-26T10:00' }, 'Schedule')
}

/** Someone without an account is asked whether they want a report by email, and confirms it. */
const sendReport = async ({ stack }: Told, person: Person, personal: Personal): Promise<void> => {
  const base = `/w/${slug}/reports`
  const words = { title: personal.caption, note: personal.alt, color: '#0f5c5a' }
  const body = new URLSearchParams({ ...words, period: 'week', section: 'summary' })
  const made = await person.request(base, { method: 'POST', body })
  const report = /^[^?]+/.exec(made.headers.get('location') ?? '')?.[0]
  if (made.status !== 303 || !report) throw new Error(`${base} was answered with ${made.status}`)
  await send(person, `${report}/emails/change`, { hour: '8' })
  await send(person, `${report}/emails/ask`, { email: personal.reader })
  let link = ''
  await until('the reader of a report is asked', async () => {
    link = /\/report-emails\/[\w-]{43}/.exec(await mailsOf(stack))?.[0] ?? ''
    return link !== ''
  })
  await send(createPerson(stack.url), `${link}/confirm`, {})
}

const leave = async ({ stack }: Told, person: Person): Promise<void> => {
  const page = await person.open('/account/leave')
  const { url } = await page.press('Delete account')
  await untilText(createPerson(stack.url), url, /The deletion is complete/)
  await until('the last mail', async () =>
    (await mailsOf(stack)).includes('Your account was deleted'),
  )
}

const send = async (
  person: Person,
  path: string,
  fields: Record<string, string>,
): Promise<void> => {
  const answer = await person.request(path, { method: 'POST', body: new URLSearchParams(fields) })
  if (answer.status >= 400) throw new Error(`${path} was answered with ${answer.status}`)
}

const untilText = (person: Person, url: string, words: RegExp): Promise<void> =>
  until(`${url} says ${words}`, async () => words.test((await person.open(url)).text))
