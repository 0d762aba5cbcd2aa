import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { shoot } from '../../support/browser/browser.ts'
import { type Stage, startStage } from '../../support/browser/stage.ts'
import { connectAll, type PlatformName } from '../../support/posts.ts'

const now = Date.parse('2099-11-10T08:30:00Z')
let stage: Stage
let channels: Record<PlatformName, string>

beforeAll(async () => {
  stage = await startStage({ now: () => now })
  channels = await connectAll(stage.app.deps, {
    workspaceId: stage.app.workspaces.northside,
    userId: stage.app.cast.admin.id,
  })
}, 60_000)
beforeEach(async () => {
  await stage.app.sql`delete from posts`
})

type Planned = {
  text: string
  at: string | null
  on?: Partial<Record<PlatformName, string>>
  kind?: string
}
/** A post as it is after it was scheduled; without `on`, a draft for Instagram. */
const insert = async ({ text, at, on = {}, kind = 'image' }: Planned): Promise<string> => {
  const { sql, workspaces, cast } = stage.app
  const states = Object.entries(on)
  const choices = { [channels.instagram]: { kind: '', settings: {} } }
  const [row] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, state, text, due_at, choices)
    values (${workspaces.northside}, ${cast.manager.id}, ${states.length ? 'scheduled' : 'draft'}, ${text}, ${at},
      ${sql.json(choices)}) returning id`
  for (const [platform, state] of states)
    await sql`
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at)
      values (${workspaces.northside}, ${row!.id}, ${channels[platform as PlatformName]}, ${platform}, ${kind}, ${text},
        ${at}, ${state}, ${state === 'published' ? at : null})`
  return row!.id
}
const times = async (id: string): Promise<string[]> =>
  (
    await stage.app.sql<{ at: Date }[]>`
      select due_at as at from posts where id = ${id}
      union select due_at from targets where post_id = ${id}`
  ).map(({ at }) => at.toISOString())

const page = '/w/northside/calendar/grid'
const open = async (options?: Parameters<Stage['open']>[0]): Promise<Page> => {
  const opened = await stage.open(options)
  await opened.page.goto(stage.url + page)
  return opened.page
}
const tiles = (shown: Page): Promise<string[]> =>
  shown
    .locator('.places')
    .first()
    .locator('[data-tile]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-tile') ?? ''))
const first = '2099-11-11T17:00:00.000Z'
const second = '2099-11-13T11:30:00.000Z'
const third = '2099-11-16T08:00:00.000Z'

describe('the grid of a profile', () => {
  test('shows the next posts above the last ones, newest first, without stories', async () => {
    const soon = await insert({ text: 'Soon', at: first, on: { instagram: 'scheduled' } })
    const later = await insert({ text: 'Later', at: second, on: { instagram: 'scheduled' } })
    const draft = await insert({ text: 'Planned draft', at: third })
    await insert({ text: 'Story', at: third, on: { instagram: 'scheduled' }, kind: 'story' })
    await insert({ text: 'Not there', at: third, on: { facebook: 'scheduled' } })
    const out = await insert({
      text: 'Out',
      at: '2099-11-09T08:00:00Z',
      on: { instagram: 'published' },
    })
    const shown = await open()
    expect(await tiles(shown)).toEqual([draft, later, soon])
    await shown.locator(`.places:not(:first-of-type) #tile-${out}`).waitFor()
    expect(await shown.locator('[data-tile]').count()).toBe(4)
    expect(await shown.locator(`#tile-${out}`).getAttribute('draggable')).toBeNull()
    expect(await shown.locator(`#tile-${out} a`).getAttribute('aria-label')).toContain('can’t move')
    await shown.context().close()
  })

  test('two posts that are dragged onto each other trade times on all accounts, once it is saved', async () => {
    const one = await insert({
      text: 'One crate, one minute',
      at: first,
      on: { instagram: 'scheduled', facebook: 'scheduled', tiktok: 'scheduled' },
    })
    const other = await insert({ text: 'Gifts', at: second, on: { instagram: 'scheduled' } })
    const shown = await open()
    await shown.locator(`#tile-${one}`).dragTo(shown.locator(`#tile-${other}`))
    await shown.getByRole('heading', { name: 'New order, not saved yet' }).waitFor()
    expect(await tiles(shown)).toEqual([one, other])
    const panel = await shown.locator('.grid-changes').innerText()
    expect(panel).toContain('One crate, one minute')
    expect(panel).toContain('also on other platforms')
    expect(await times(one)).toEqual([first])
    await shoot(shown, 'grid-order')
    await shown.getByRole('button', { name: 'Save order' }).click()
    await shown.getByText('New order saved.').waitFor()
    expect(await times(one)).toEqual([second])
    expect(await times(other)).toEqual([first])
    await shown.context().close()
  })

  test('by keyboard: Space picks up, the arrows choose a place, Esc puts back', async () => {
    const one = await insert({ text: 'One', at: first, on: { instagram: 'scheduled' } })
    const other = await insert({ text: 'Other', at: second, on: { instagram: 'scheduled' } })
    const shown = await open()
    const says = shown.locator('[data-grid-says]')
    await shown.locator(`#tile-${one} .place-link`).focus()
    await shown.keyboard.press('Space')
    await expect.poll(() => says.innerText()).toContain('Picked up: One')
    await shown.keyboard.press('ArrowLeft')
    await expect.poll(() => says.innerText()).toContain('In the place of: Other')
    await shown.keyboard.press('Escape')
    await expect.poll(() => says.innerText()).toBe('Put back.')
    expect(await shown.locator('.grid-changes').count()).toBe(0)
    await shown.keyboard.press('Space')
    await shown.keyboard.press('ArrowLeft')
    await shown.keyboard.press('Space')
    await shown.getByRole('heading', { name: 'New order, not saved yet' }).waitFor()
    expect(await tiles(shown)).toEqual([one, other])
    await expect.poll(() => shown.locator(`#tile-${one} .place-link:focus`).count()).toBe(1)
    await shown.goBack()
    await expect.poll(() => tiles(shown)).toEqual([other, one])
    await shown.context().close()
  })

  test('without scripts: a draft takes the time of a place, and the later ones move on', async () => {
    const one = await insert({ text: 'One', at: first, on: { instagram: 'scheduled' } })
    const other = await insert({ text: 'Other', at: second, on: { instagram: 'scheduled' } })
    const draft = await insert({ text: 'Records of the year', at: null })
    const shown = await open({ javaScriptEnabled: false })
    await shown.locator(`#tile-${draft} summary`).click()
    await shown.locator(`#tile-${draft} select`).selectOption(`${draft}.${one}`)
    await shown.locator(`#tile-${draft} form button`).click()
    expect(await tiles(shown)).toEqual([other, one, draft])
    await shown.getByRole('button', { name: 'Save order' }).click()
    await shown.getByText('New order saved.').waitFor()
    expect(await times(draft)).toEqual([first])
    expect(await times(one)).toEqual([second])
    expect(await times(other)).toEqual(['2099-11-14T11:30:00.000Z'])
    await shown.context().close()
  })
})

describe('saving a new order', () => {
  const save = (moves: [string, number, string][], more: Record<string, string> = {}) =>
    stage.app.cast.manager.post(`${page}/move`, form(channels.instagram, moves, more))
  const form = (
    account: string,
    moves: [string, number, string][],
    more: Record<string, string> = {},
  ) =>
    new URLSearchParams([
      ...Object.entries({ account, zone: 'Europe/Zurich', ...more }),
      ...moves.map(([id, version, at]): [string, string] => [
        'move',
        `${id}.${version}.${Date.parse(at)}`,
      ]),
    ])
  const versionOf = async (id: string): Promise<number> => {
    const [row] = await stage.app.sql<{ version: number }[]>`
      select version from posts where id = ${id}`
    return row!.version
  }

  test.each(['changed', 'preparing', 'ready', 'sending', 'published'])(
    'moves nothing if one of the posts is %s in between',
    async (state) => {
      const one = await insert({ text: 'One', at: first, on: { instagram: 'scheduled' } })
      const other = await insert({ text: 'Other', at: second, on: { instagram: 'scheduled' } })
      const seen = await versionOf(other)
      if (state === 'changed')
        await stage.app
          .sql`update posts set text = 'New', version = version + 1 where id = ${other}`
      else await stage.app.sql`update targets set state = ${state} where post_id = ${other}`
      const moves: [string, number, string][] = [
        [one, await versionOf(one), second],
        [other, state === 'changed' ? seen : await versionOf(other), first],
      ]
      const answer = await save(moves, { trade: `${one}.${other}` })
      expect(answer.status).toBe(409)
      expect(answer.text).toContain('Not saved')
      expect(await times(one)).toEqual([first])
      expect(await times(other)).toEqual([second])
    },
  )

  test('moves nothing to a time that has passed, and no post of another workspace', async () => {
    const one = await insert({ text: 'One', at: first, on: { instagram: 'scheduled' } })
    const version = await versionOf(one)
    expect((await save([[one, version, '2099-11-10T08:00:00Z']])).status).toBe(422)
    const { deps, workspaces, cast } = stage.app
    const theirs = await connectAll(deps, {
      workspaceId: workspaces.elsewhere,
      userId: cast.outsider.id,
    })
    const answer = await cast.outsider.post(
      '/w/elsewhere/calendar/grid/move',
      form(theirs.instagram, [[one, version, second]]),
    )
    expect(answer.status).toBe(409)
    expect(await times(one)).toEqual([first])
  })
})
