#!/usr/bin/env node
import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { runCommand, WrongUse } from '../commands/command.ts'
import { asTable, type Row } from '../commands/operate/table.ts'
import type { JsonRecord } from '../platforms/json.ts'
import { callApi } from './api.ts'
import { readSecret } from './prompt.ts'
import { defaultFile, deleteLogin, readLogin, serverOf, writeLogin } from './settings.ts'

type Shared = { json?: true | undefined; login: string }
type Entry = Record<string, Row[string]>

await runCommand('cratesocial', (program) => {
  program
    .description('Works with posts from the command line, through the API of a CrateSocial server.')
    .option('--json', 'print the answer of the API as JSON')
    .option('--login <file>', 'where the server and the key are stored', defaultFile)
  const shared = () => program.opts() as unknown as Shared
  const list = async (path: string, rowOf: (entry: Entry) => Row, query = {}) => {
    const answer = await callApi(await readLogin(shared().login), 'GET', path, { query })
    show(shared(), answer, (answer.data as Entry[]).map(rowOf))
  }
  const write = async (path: string, asked: Parameters<typeof callApi>[3]) => {
    const answer = await callApi(await readLogin(shared().login), 'POST', path, asked)
    show(shared(), answer, [rowOfAnswer(answer)])
  }

  program
    .command('login <server>')
    .description('store an API key, which is asked for or read from standard input')
    .action(async (given) => {
      const server = serverOf(given)
      const key = await readSecret('API key: ')
      if (!/^cs_[A-Za-z0-9_-]{43}$/.test(key))
        throw new WrongUse('This is not an API key. It begins with cs_ and has 46 characters.')
      const facts = await callApi({ server, key }, 'GET', '/key')
      await writeLogin(shared().login, { server, key })
      const { name } = facts.workspace as { name: string }
      const scopes = (facts.scopes as string[]).join(', ')
      show(shared(), facts, [{ workspace: name, scopes, expires: String(facts.expiresAt) }])
    })
  program
    .command('logout')
    .description('delete the stored key from this computer; it stays valid until an admin ends it')
    .action(() => deleteLogin(shared().login))
  program
    .command('accounts')
    .description('list the connected accounts')
    .action(() =>
      list('/accounts', ({ id, platform, name, state }) => cells({ id, platform, name, state })),
    )

  const posts = program.command('posts').description('list, show and draft posts')
  posts
    .command('list')
    .description('list posts, newest first')
    .option('--state <state>', 'draft or scheduled')
    .option('--limit <number>', 'how many, up to 100', '20')
    .action((query) =>
      list('/posts', ({ id, state, dueAt, text }) => cells({ id, state, dueAt, text }), query),
    )
  posts
    .command('show <post>')
    .description('show what happened to a post on each account')
    .action((post) =>
      list(`/posts/${idOf(post)}/targets`, ({ accountName, platform, state, dueAt, permalink }) =>
        cells({ account: accountName, platform, state, dueAt, permalink }),
      ),
    )
  posts
    .command('draft <text>')
    .description('create a draft')
    .option('--account <id...>', 'an account it is for')
    .option('--media <id...>', 'an uploaded file')
    .option('--link <url>', 'a link')
    .option('--idempotency-key <key>', 'your own key, for scripts that repeat a command')
    .action((text, { account = [], media = [], link, idempotencyKey }) => {
      const accounts = account.map((accountId) => ({ accountId }))
      const body = {
        text,
        accounts,
        media: media.map((mediaId) => ({ mediaId })),
        ...given({ link }),
      }
      return write('/posts', { body, key: idempotencyKey })
    })
  program
    .command('schedule <post>')
    .description('schedule a post for a time, or for a free slot of each account')
    .option('--at <time>', 'such as 2027-03-04T18:00:00+01:00')
    .option('--slot <which>', 'next: the next free slot; last: behind the queue')
    .option('--twice', 'the same content may go out again within a day')
    .option('--idempotency-key <key>', 'your own key, for scripts that repeat a command')
    .action((post, { at, slot, twice, idempotencyKey: key }) => {
      if ((at === undefined) === (slot === undefined)) throw new WrongUse('Give --at or --slot.')
      const [act, body] = at ? ['schedule', { at }] : ['queue', { place: slot }]
      return write(`/posts/${idOf(post)}/${act}`, { body: { ...body, ...given({ twice }) }, key })
    })
  program
    .command('upload <file>')
    .description('upload a picture or video')
    .option('--idempotency-key <key>', 'your own key, for scripts that repeat a command')
    .action(async (file, { idempotencyKey: key }) => {
      await access(file)
      const open = () => Readable.toWeb(createReadStream(file)) as ReadableStream
      await write('/media', { query: { name: basename(file) }, open, key })
    })
  program
    .command('insights')
    .description('list published posts with their newest numbers')
    .option('--account <id>', 'only this account')
    .option('--from <time>', 'published at this time or later; default: 28 days ago')
    .option('--to <time>', 'published before this time')
    .option('--limit <number>', 'how many, up to 100', '20')
    .action((query) =>
      list(
        '/insights',
        ({ publishedAt, platform, numbers, permalink }) =>
          cells({ publishedAt, platform, ...numbersOf(numbers), permalink }),
        query,
      ),
    )
  return program
})

/** Prints JSON as it is, or a table without control characters. */
function show({ json }: Shared, answer: JsonRecord, rows: Row[]): void {
  console.log(json ? JSON.stringify(answer) : asTable(rows))
}

function rowOfAnswer(answer: JsonRecord): Row {
  const { id, state, dueAt, review } = answer as Entry
  return cells({ id, state, ...given({ dueAt, review }) })
}

function cells(row: Record<string, Row[string] | undefined>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null]))
}

function numbersOf(numbers: unknown): Row {
  const { more: _more, ...all } = numbers as Row
  return all
}

function given(values: Record<string, unknown>): Record<string, never> {
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(known) as Record<string, never>
}

function idOf(text: string): string {
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(text)) return text
  throw new WrongUse('Give the id of a post, as “posts list” shows it.')
}
