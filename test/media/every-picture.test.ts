import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Installed, install } from '../support/installed.ts'
import { oddFiles } from './files/odd-files.ts'
import { pictureFiles } from './files/picture-files.ts'
import { checkRows, noRateLimits, type Row, tableOf, takeThrough } from './files/take-through.ts'

// Nothing that can be uploaded fails at its scheduled time: it is published, or refused before.

let house: Installed
const rows: Row[] = []
beforeAll(async () => {
  house = await install()
  await house.control('PATCH', '/settings', noRateLimits)
  await takeThrough(house, [...pictureFiles, ...oddFiles], rows)
}, 600_000)
afterAll(() => process.stdout.write(`${tableOf(rows)}\n`))

it('every picture and every odd file is published on all platforms or refused beforehand with words', () => {
  checkRows(rows)
})

it('what was published is on the platforms once', async () => {
  const posts = await house.ledger.posts()
  const published = rows
    .flatMap(({ outcomes }) => Object.values(outcomes))
    .filter((words) => words.startsWith('published'))
  expect(published.length).toBeGreaterThan(rows.length)
  expect(posts).toHaveLength(published.length)
})

it('files that are no media, or only half of one, are not taken', () => {
  const refused = rows.filter(({ upload }) => upload !== 'taken').map(({ file }) => file)
  expect(refused).toEqual(
    expect.arrayContaining([
      'text.jpg',
      'empty.jpg',
      'half.jpg',
      'page.html',
      'text.mp4',
      'empty.mp4',
      'zeros.mp4',
    ]),
  )
})
