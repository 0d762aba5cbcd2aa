import { Eta } from 'eta'
import type { Sql } from '../db/connect.ts'
import { issueLinkToken, type LinkPurpose } from '../db/mail-links.ts'
import type { Mail } from './mail.ts'

export type LinkMailDeps = { sql: Sql; mail: Mail; publicUrl: string; now?: () => number }

const views = new URL('../web/views/mail/', import.meta.url).pathname
const html = new Eta({ views, cache: true })
const text = new Eta({ views, cache: true, autoEscape: false })

type Words = { subject: string; path: string; before: string; act: string; after: string }

const letters: Record<LinkPurpose, Words> = {
  deletion: {
    subject: 'Confirm the deletion of your data',
    path: 'data-deletion/confirm',
    before: 'somebody, probably you, asked to delete your account and your data at',
    act: 'See what will be deleted, and confirm',
    after: 'The link works once, for a day. If it was not you, there is nothing to do: without this link nothing is deleted.',
  },
  email: {
    subject: 'Confirm your new email address',
    path: 'account/email',
    before: 'somebody, probably you, entered this address for an account at',
    act: 'Confirm that this address is yours',
    after: 'The link works once, for a day. If it was not you, there is nothing to do: without this link nothing changes.',
  },
  'email-back': {
    subject: 'Your email address was changed',
    path: 'account/email-back',
    before: 'another address was confirmed just now for your account at',
    act: 'It was not me: take the change back',
    after: 'If it was you, there is nothing to do. The link works once, for a week.',
  },
  export: {
    subject: 'Your data is ready',
    path: 'account/export',
    before: 'the file with everything that is held about you is ready at',
    act: 'Fetch the file',
    after: 'The link works once, while you are signed in, for a week. Then the file is deleted.',
  },
}

/** Mails a link. Repeatable: each time makes a new token, and only the newest works. Does nothing for a link that is over. */
export const sendMailLink = async (deps: LinkMailDeps, linkId: string): Promise<void> => {
  const link = await issueLinkToken(deps.sql, linkId, new Date(deps.now?.() ?? Date.now()))
  if (!link) return
  const words = letters[link.purpose]
  const data = {
    ...words,
    name: link.name,
    url: `${deps.publicUrl}/${words.path}/${link.token}`,
    host: new URL(deps.publicUrl).host,
  }
  await deps.mail.send({
    to: link.email,
    subject: words.subject,
    text: text.render('./link-text', data),
    html: html.render('./link-html', data),
  })
}
