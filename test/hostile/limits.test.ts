import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { throttles } from '../../web/http/throttles.ts'
import { createTestApp } from '../support/app.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
type Row = { words: string; value: string; file: string; constant: string }

/**
 * The rows of all tables in docs/security.md: `| a form | 64 KB | web/http/forms/body.ts | `formMaxBytes`
 * |`.
 */
const rows = readFileSync(join(root, 'docs/security.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, , , file = '']) => file.endsWith('.ts'))
  .map(
    ([, words = '', value = '', file = '', constant = '']): Row => ({
      words,
      value,
      file,
      constant: constant.replaceAll('`', ''),
    }),
  )

const units: Record<string, number> = {
  KB: 1_024,
  MB: 2 ** 20,
  GB: 2 ** 30,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
}

/** `64 KB` → 65,536; `30 s` → 30,000 ms; `5 in 5 min` → hits and seconds. */
const meaning = (value: string): unknown => {
  const [, hits, time] = /^([\d,]+) in (.+)$/.exec(value) ?? []
  if (hits && time)
    return { hits: Number(hits.replaceAll(',', '')), windowS: Number(meaning(time)) / 1_000 }
  const [number = '', unit] = value.split(' ')
  return Number(number.replaceAll(',', '')) * (unit ? (units[unit] ?? Number.NaN) : 1)
}

/** The value of a constant such as `decodeLimits.running` in its module. */
const find = async ({ file, constant }: Row): Promise<unknown> => {
  const module: unknown = await import(join(root, file))
  const found = constant
    .split('.')
    .reduce<unknown>(
      (inner, name) => (inner as Record<string, unknown> | undefined)?.[name],
      module,
    )
  return typeof found === 'string' ? Number(found) : found
}

describe('docs/security.md', () => {
  it('gives the same value as the code for every limit', async () => {
    expect(rows.length).toBeGreaterThan(40)
    for (const row of rows) {
      const found = await find(row)
      const value = row.constant.endsWith('Seconds') ? Number(found) * 1_000 : found
      expect([row.words, row.file, row.constant, value]).toEqual([
        row.words,
        row.file,
        row.constant,
        meaning(row.value),
      ])
    }
  })

  it('has a row for every limit of the web layer, including new ones', () => {
    const listed = new Set(rows.map(({ file, constant }) => `${file} ${constant.split('.')[0]}`))
    const isLimit = /(max|Max|most|limit|Limit|Timeout|per(Session|Server))/
    // Page sizes, functions and other exports that don't limit work.
    const others =
      /^(show|list|limitBodies$|limitLinks$|limitFeeds$|limitReports$|limitReviews$|limitPublicForms$|\w+Limits$|createStreamLimit$|spawnLimited$|lookAgain)/
    const exported = ['web', 'media']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
          (name) => `${folder}/${name}`,
        ),
      )
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [
          ...readFileSync(join(root, file), 'utf8').matchAll(/^export const (\w+)(?:: \w+)? = /gm),
        ].map(([, constant = '']) => ({
          file,
          constant,
        })),
      )
      .filter(({ constant }) => isLimit.test(constant) && !others.test(constant))
    expect(exported.length).toBeGreaterThan(15)
    expect(exported.filter(({ file, constant }) => !listed.has(`${file} ${constant}`))).toEqual([])
    const counted = new Set(
      rows
        .filter(({ file }) => file === 'web/http/throttles.ts')
        .map(({ constant }) => constant.replace('throttles.', '')),
    )
    expect(Object.keys(throttles).filter((purpose) => !counted.has(purpose))).toEqual([])
  })
})

it('a person can request five exports a day, and the sixth is refused with the reason', async () => {
  const { cast } = await createTestApp()
  for (let count = 1; count <= 5; count++)
    expect((await cast.manager.post('/account/export')).status).toBe(303)
  const sixth = await cast.manager.post('/account/export')
  expect([sixth.status, sixth.text]).toEqual([
    429,
    expect.stringContaining('You have asked for several exports today.'),
  ])
  expect(Number(sixth.headers.get('Retry-After'))).toBeGreaterThan(3_600)
  expect((await cast.admin.post('/account/export')).status).toBe(303)
})
