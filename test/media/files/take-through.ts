import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { openStates } from '../../../db/posts/target-states.ts'
import { compose } from '../../../local/people/story.ts'
import type { Installed } from '../../support/installed.ts'
import type { MadeFile, PlatformName } from './made-file.ts'

export type Row = { file: string; upload: string; outcomes: Partial<Record<PlatformName, string>> }

const accounts: Record<PlatformName, string> = {
  Facebook: 'Northside Records',
  Instagram: '@northsiderecords',
  TikTok: '@northside.records',
}

/** So many posts in a minute are more than platforms allow; this is about files alone. */
export const noRateLimits = {
  ...{
    tiktokInitPerMinute: 100_000,
    tiktokPostsPerDay: 100_000,
    tiktokPendingShares: 1_000,
    tiktokStatusPerMinute: 100_000,
  },
  ...{
    tiktokCreatorInfoPerMinute: 100_000,
    instagramQuotaTotal: 100_000,
    instagramContainersPerDay: 100_000,
    reelsPerDay: 100_000,
  },
}

/**
 * Uploads each file, waits until it is converted, and publishes it on all platforms that take it.
 * Adds one row per file: what happened to it, and in which words it was refused.
 */
export async function takeThrough(house: Installed, files: MadeFile[], rows: Row[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-files-'))
  try {
    const made = (file: MadeFile | undefined) => file?.make(join(folder, file.name))
    let making = made(files[0])
    for (const [index, file] of files.entries()) {
      await making
      making = made(files[index + 1]) // while this one is converted
      making?.catch(() => undefined) // it is awaited in the next turn
      const { id, upload } = await uploadFile(house, join(folder, file.name), file.name)
      const row: Row = { file: file.name, upload, outcomes: {} }
      rows.push(row)
      if (!id) continue
      await conversionsEnd(house)
      await publishEverywhere(house, row, id)
    }
    await postsEnd(house)
    for (const row of rows) Object.assign(row.outcomes, await outcomesOf(house, row.file))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function uploadFile(
  house: Installed,
  path: string,
  name: string,
): Promise<{ id: string | null; upload: string }> {
  const answer = await house.admin.request(`/w/${house.slug}/media/${encodeURIComponent(name)}`, {
    method: 'PUT',
    body: new Uint8Array(await readFile(path)),
    headers: { accept: 'application/json' },
  })
  const text = await answer.text()
  const id =
    answer.status === 201 ? (text.match(/data-media="([0-9a-f-]{36})"/)?.[1] ?? null) : null
  if (answer.status === 201 && !id) throw new Error(`${name}: no id in ${text.slice(0, 200)}`)
  return { id, upload: id ? 'taken' : `${answer.status}: ${wordsOf(text)}` }
}

/** The visible words of an answer. */
const wordsOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** A video of 16 minutes takes that long on a machine that does much else. */
const patienceMinutes = 40

/** Asks for the count ten times a second until it is 0. */
async function untilNone(what: string, count: () => Promise<number>): Promise<void> {
  const giveUpAt = Date.now() + patienceMinutes * 60_000
  for (let left = await count(); left > 0; left = await count()) {
    if (Date.now() > giveUpAt) throw new Error(`${left} ${what} after ${patienceMinutes} minutes`)
    await pause(100)
  }
}

const conversionsEnd = ({ sql }: Installed) =>
  untilNone(
    'files are not converted',
    async () => (await sql`select id from media where conversion = 'waiting'`).length,
  )

/** Composes for all platforms; those that refuse the file are noted, and the others get the post. */
async function publishEverywhere(house: Installed, row: Row, id: string): Promise<void> {
  const channels = (['Facebook', 'Instagram', 'TikTok'] as const).map((platform) => ({
    platform,
    id: house.channel(accounts[platform]),
  }))
  const tiktok = channels[2]!.id
  for (let rest = channels; rest.length > 0; ) {
    const choices = {
      [`${tiktok}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
      [`${tiktok}.consent`]: 'on',
    }
    const fields = {
      text: `File ${row.file}`,
      channel: rest.map((channel) => channel.id),
      media: [id],
      ...choices,
    }
    const page = await compose(house.admin, house.slug, fields, 'Publish now')
    const sentences = [...page.document.querySelectorAll('#verdict .faults li')].map((item) =>
      (item.textContent ?? '').replace(/\s+/g, ' ').trim(),
    )
    if (sentences.length === 0) {
      if (!/\/posts\/[0-9a-f-]{36}/.test(page.url))
        throw new Error(`${row.file}: neither posted nor refused: ${page.text.slice(0, 400)}`)
      return
    }
    const refused = rest.filter(({ platform }) =>
      sentences.some((sentence) => sentence.startsWith(platform)),
    )
    // A sentence that names no platform is about the file, and stands for all of them.
    const named = refused.length > 0 ? refused : rest
    for (const { platform } of named)
      row.outcomes[platform] =
        `refused: ${sentences.filter((one) => named === rest || one.startsWith(platform)).join(' ')}`
    rest = rest.filter((channel) => !named.includes(channel))
  }
}

const postsEnd = ({ sql }: Installed) =>
  untilNone(
    'posts have no result',
    async () => (await sql`select id from targets where state = any(${openStates})`).length,
  )

async function outcomesOf(house: Installed, file: string): Promise<Record<string, string>> {
  const targets = await house.sql<
    { platform: string; state: string; problem: { message?: string } | null; kind: string }[]
  >`
    select platform, state, problem, kind from targets where text = ${`File ${file}`} order by platform`
  const names: Record<string, string> = {
    facebook: 'Facebook',
    instagram: 'Instagram',
    tiktok: 'TikTok',
  }
  return Object.fromEntries(
    targets.map(({ platform, state, problem, kind }) => [
      names[platform],
      state === 'published'
        ? `published as ${kind}`
        : `${state} as ${kind}: ${JSON.stringify(problem)}`,
    ]),
  )
}

/** The rows as lines of text, one file after the other. */
export const tableOf = (rows: Row[]): string =>
  rows
    .map(({ file, upload, outcomes }) =>
      [
        `${file.padEnd(26)} ${upload}`,
        ...Object.entries(outcomes).map(
          ([platform, words]) => `    ${platform.padEnd(10)} ${words}`,
        ),
      ].join('\n'),
    )
    .join('\n')

/** What every row must be: published everywhere, or refused before anything was sent. */
export function checkRows(rows: Row[]): void {
  const late = rows.flatMap(({ file, outcomes }) =>
    Object.entries(outcomes)
      .filter(([, words]) => !/^(published as|refused: ..........)/.test(words))
      .map(([platform, words]) => `${file} on ${platform}: ${words}`),
  )
  const silent = rows
    .filter(({ upload, outcomes }) => upload === 'taken' && Object.keys(outcomes).length !== 3)
    .map(({ file }) => file)
  const wordless = rows
    .filter(({ upload }) => upload !== 'taken' && !/^4\d\d: .{10}/.test(upload))
    .map(({ file, upload }) => `${file}: ${upload}`)
  expect({ late, silent, wordless }).toEqual({ late: [], silent: [], wordless: [] })
}

/** What became of these files, where it is not what they say themselves should. */
export const surprises = (rows: Row[], files: MadeFile[]): string[] =>
  rows.flatMap((row, index) => {
    const { name, refused, refusedBy = {} } = files[index]!
    const isTaken = refused ? refused.test(row.upload) : row.upload === 'taken'
    if (!isTaken) return `${name}: ${row.upload}`
    return Object.entries(row.outcomes).flatMap(([platform, words]) => {
      const wanted = refusedBy[platform as PlatformName]
      const isRight = wanted
        ? words.startsWith('refused: ') && wanted.test(words)
        : words.startsWith('published as ')
      return isRight ? [] : `${name} on ${platform}: ${words}`
    })
  })
