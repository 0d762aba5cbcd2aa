import { beforeAll, describe, expect, test } from 'vitest'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
beforeAll(async () => {
  house = await install()
}, 90_000)

const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const withText = async (text: string) =>
  (await house.ledger.posts()).filter((post) => post.text === text)
const schedule = (text: string, dueAt: Date) =>
  compose(
    house.admin,
    house.slug,
    { text, channel: house.channel('Northside Records'), time: wallTimeOf(dueAt, 'Europe/Zurich') },
    'Schedule',
  )
const fieldOf = async (text: string): Promise<string> => {
  const [row] = await house.sql<{ id: string }[]>`select id from posts where text = ${text}`
  return `do.${row?.id}`
}

describe('while publishing is paused', () => {
  test('nothing is sent, due posts are listed, and resuming does what was chosen for each', {
    timeout: 90_000,
  }, async () => {
    const { admin, slug } = house
    const dueAt = inSeconds(6)
    const armed = await schedule('It was armed when the pause began', dueAt)
    await schedule('It is to be canceled', dueAt)
    await untilPage(admin, armed.url, (page) => page.text.includes('ready'))
    await admin.open(`/w/${slug}/pause`).then((page) => page.press('Pause publishing'))
    await pause(dueAt.getTime() - Date.now() + 3_000)
    expect([
      ...(await withText('It was armed when the pause began')),
      ...(await withText('It is to be canceled')),
    ]).toEqual([])
    expect((await admin.open(`/w/${slug}/calendar`)).text).toContain('Publishing is paused')

    const listed = await admin.open(`/w/${slug}/pause`)
    const unanswered = await listed.press('Resume publishing')
    expect([unanswered.status, unanswered.text]).toEqual([
      422,
      expect.stringContaining('Choose what to do with this post'),
    ])
    await listed.press('Resume publishing', {
      [await fieldOf('It was armed when the pause began')]: 'now',
      [await fieldOf('It is to be canceled')]: 'cancel',
    })
    await untilPage(admin, armed.url, (page) => page.text.includes('published'))
    expect(await withText('It was armed when the pause began')).toHaveLength(1)
    expect(await withText('It is to be canceled')).toEqual([])
  })

  test('for the whole installation, each workspace decides about its due posts afterwards', {
    timeout: 90_000,
  }, async () => {
    const { admin, slug } = house // the person who set it up is also its operator
    await admin.open('/operate').then((page) => page.press('Pause publishing everywhere'))
    const dueAt = inSeconds(3)
    const post = await schedule('It came due while everything was paused', dueAt)
    await pause(dueAt.getTime() - Date.now() + 2_000)
    await admin.open('/operate').then((page) => page.press('Resume publishing'))
    expect(await withText('It came due while everything was paused')).toEqual([])
    const question = await admin.open(`/w/${slug}/pause`)
    await question.press('Resume publishing', {
      [await fieldOf('It came due while everything was paused')]: 'now',
    })
    await untilPage(admin, post.url, (page) => page.text.includes('published'))
    expect(await withText('It came due while everything was paused')).toHaveLength(1)
  })
})
