import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { shoot } from '../support/browser/browser.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { connectAll, photoForm, postIdIn } from '../support/posts.ts'
import { noise, put } from '../support/uploading.ts'

/** A month of an agency in small: shared by a link, reviewed on a phone in two rounds. */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let stage: Stage
let app: TestApp
let channels: string[]
const media: string[] = []
beforeAll(async () => {
  stage = await startStage()
  app = stage.app
  const who = { workspaceId: app.workspaces.northside, userId: app.cast.admin.id }
  const { facebook, instagram } = await connectAll(app.deps, who)
  channels = [facebook, instagram]
  const photo = await noise(800, 1000)
  const { text } = await put(app.cast.manager, 'sleeve.jpg', photo, { Origin: stage.url })
  media.push(/data-media="([0-9a-f-]{36})"/.exec(text)?.[1] ?? '')
  await app.cast.admin.post('/w/northside/settings/review', {
    ...{ reviewOf: 'all', reviewStages: 'client', reviewer: app.cast.manager.id },
  })
}, 120_000)

const save = async (path: string, text: string, day: string, version?: number) => {
  const form = photoForm({ channels, media, text, time: `${day}T10:00` })
  if (version) form.push(['version', String(version)])
  const answer = await app.cast.manager.post(path, new URLSearchParams(form))
  return postIdIn(answer.location)
}
const card = (page: Page, text: string) => page.getByRole('article', { name: text })

test('a client approves a month on a phone, asks for a change, and sees the edited post again', async () => {
  const next = new Date(app.deps.now())
  next.setUTCDate(1)
  next.setUTCMonth(next.getUTCMonth() + 1)
  const month = next.toISOString().slice(0, 7)
  await save('/w/northside/posts', 'First Friday sale', `${month}-04`)
  await save('/w/northside/posts', 'New records from Lisbon', `${month}-11`)
  const wrong = await save('/w/northside/posts', 'Doors open at seven', `${month}-18`)

  const { page: team } = await stage.open()
  team.setDefaultTimeout(30_000)
  await team.goto(`${stage.url}/w/northside/reviews`)
  await team.getByRole('link', { name: 'Review links' }).click()
  await team.getByLabel('Next month').check()
  await team.getByLabel('Title').fill('Next month’s posts')
  await shoot(team, 'links-new')
  await team.getByRole('button', { name: 'Create link' }).click()
  const link = await team.getByLabel('Link', { exact: true }).inputValue()
  await shoot(team, 'links-made')

  const phone = await stage.browser.newContext({
    ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  })
  phone.setDefaultTimeout(30_000)
  const page = await phone.newPage()
  await page.goto(link)
  await shoot(page, 'client-name')
  await page.getByLabel('Name').fill('Jonas Keller')
  await page.getByRole('button', { name: 'Start reviewing' }).click()
  await page.getByText('0 of 3').waitFor()
  await shoot(page, 'client-open')
  await page.evaluate(axe)
  const faults = await page.evaluate<{ id: string }[]>('axe.run().then((run) => run.violations)')
  expect(faults.map(({ id }) => id)).toEqual([])
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  expect(wide).toBe(0)
  for (const text of ['First Friday sale', 'New records from Lisbon'])
    await card(page, text)
      .getByRole('button', { name: /^Approve/ })
      .click()
  const ask = card(page, 'Doors open at seven')
  await ask.getByText('Request changes').click()
  await ask.getByLabel('What should change?').fill('Eight, please.')
  await shoot(page, 'client-changes')
  await ask.getByRole('button', { name: 'Send request' }).click()
  await page.getByText('All 3 reviewed.').waitFor()
  await shoot(page, 'client-reviewed')

  await team.goto(`${stage.url}/w/northside/reviews`)
  await team.getByText('Eight, please.').waitFor()
  const [row] = await app.sql`select version from posts where id = ${wrong}`
  await save(`/w/northside/posts/${wrong}`, 'Doors open at eight', `${month}-18`, row?.version)
  await page.goto(link)
  const again = card(page, 'Doors open at eight')
  await again.getByText('eight', { exact: true }).waitFor()
  await shoot(page, 'client-round-two')
  await again.getByRole('button', { name: /^Approve/ }).click()
  await page.getByText('3 of 3').waitFor()
  const states = await app.sql`select state from reviews order by state`
  expect(states.map(({ state }) => state)).toEqual(['approved', 'approved', 'approved'])
  await page.emulateMedia({ colorScheme: 'dark' })
  await shoot(page, 'client-done-dark')
  await page.setViewportSize({ width: 1280, height: 900 })
  await shoot(page, 'client-done-wide')
}, 120_000)
