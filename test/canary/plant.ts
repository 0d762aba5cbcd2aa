import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import nodemailer from 'nodemailer'
import type { OwnStack } from '../../bench/own-stack.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Person } from '../../local/people/person.ts'
import { compose } from '../../local/people/story.ts'
import type { Personal } from './personal.ts'
import { slug } from './story.ts'

/** Where a planted token must be found: a pattern for the place, and one for the form. */
export const plantedIn: { what: string; place: RegExp; form: RegExp }[] = [
  { what: 'a log line', place: /^data\/logs\/worker\.log$/, form: /^clear$/ },
  { what: "Temporal's database", place: /^data\/temporal\/temporal\.db/, form: /^clear$/ },
  { what: 'an argument in a history', place: /^history planted .*: bytes$/, form: /^clear$/ },
  {
    what: 'the same in an exported history',
    place: /^history planted .*: json$/,
    form: /^base64,/,
  },
  { what: 'an argument that is sealed', place: /^history sealed .*: opened$/, form: /^clear$/ },
  { what: 'a table', place: /^table public\.posts$/, form: /^clear$/ },
  {
    what: 'a table outside of the schema, as bytes',
    place: /^table canary\.planted$/,
    form: /^hex$/,
  },
  { what: "PostgreSQL's files", place: /^database\/.*pg_wal\//, form: /^clear$/ },
  { what: 'a page', place: /^page .*\/posts\//, form: /^clear$/ },
  { what: 'a mail as it was sent', place: /^data\/mail\/.*\.eml$/, form: /^base64,/ },
  { what: 'a mail', place: /^mailbox$/, form: /^clear$/ },
]

/** Where every planted value of a person must be found. */
export const plantedPersonalIn: { what: string; place: RegExp }[] = [
  { what: "the server's log", place: /^data\/logs\/server\.log$/ },
  { what: "PostgreSQL's log", place: /^data\/logs\/postgres\.log$/ },
  { what: 'an argument that is sealed', place: /^history sealed-personal .*: opened$/ },
  { what: "Temporal's database", place: /^data\/temporal\/temporal\.db/ },
]

export type Garden = {
  stack: OwnStack
  admin: Person
  token: string
  personal: Personal
  /** Seals payloads as the product does. */
  sealing: Client
  sql: Sql
}

/** Puts one token in every kind of place that the search claims to cover. */
export const plant = async ({
  stack,
  admin,
  token,
  sealing,
  sql,
  personal,
}: Garden): Promise<void> => {
  await appendFile(
    join(stack.folder, 'logs', 'worker.log'),
    `{"level":30,"msg":"renewed ${token}"}\n`,
  )
  const connection = await Connection.connect({ address: stack.temporalAddress })
  // No worker polls this task queue, so they only appear in their histories.
  const start = { taskQueue: 'canary', args: [{ token }] }
  await new Client({ connection }).workflow.start('planted', { ...start, workflowId: 'planted' })
  await sealing.workflow.start('sealed', { ...start, workflowId: 'sealed' })
  const values = { taskQueue: 'canary', args: [personal] }
  await new Client({ connection }).workflow.start('planted-personal', {
    ...values,
    workflowId: 'planted-personal',
  })
  await sealing.workflow.start('sealed-personal', { ...values, workflowId: 'sealed-personal' })
  for (const log of ['server.log', 'postgres.log'])
    await appendFile(join(stack.folder, 'logs', log), `${JSON.stringify(personal)}\n`)
  await connection.close()
  await compose(admin, slug, { text: `My token is ${token}` }, 'Save draft')
  await sql`create schema canary`
  await sql`create table canary.planted as select ${Buffer.from(token)}::bytea as bytes`
  const transport = nodemailer.createTransport(`smtp://127.0.0.1:${stack.smtpPort}`)
  const letter = {
    from: 'a@example.com',
    to: 'b@example.com',
    subject: 'Planted',
    textEncoding: 'base64' as const,
  }
  await transport.sendMail({ ...letter, text: `Hello, ${token}` })
  transport.close()
}
