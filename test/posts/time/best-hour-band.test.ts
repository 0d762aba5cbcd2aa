import { expect, it } from 'vitest'
import { addDays } from '../../../web/time/days.ts'
import { createTestApp } from '../../support/app.ts'
import { day, measuredRows } from '../../support/insights/measured-rows.ts'
import { connectAll } from '../../support/posts.ts'

it('the week of the calendar has a band at the hour that did best, with its evidence', async () => {
  const test = await createTestApp()
  const { workspaces, cast } = test
  const channels = await connectAll(test.deps, {
    workspaceId: workspaces.northside,
    userId: cast.admin.id,
  })
  const { measured } = measuredRows(test, channels)
  // At noon on the weekday of today, posts do far better than at noon on two other days.
  for (let week = 1; week <= 20; week++)
    for (const [daysAgo, views] of [
      [7 * week, 4_000],
      [7 * week + 2, 300 + week],
      [7 * week + 4, 320 - week],
    ] as const)
      await measured('facebook', { daysAgo, readings: [{ hours: 24, views }] })
  const isLater = Date.now() + 5 * 60_000 >= noonOf(day(0))
  const date = isLater ? addDays(day(0), 7) : day(0)
  const week = async (at: string, more = '') =>
    (await cast.manager.get(`/w/northside/calendar?view=week&at=${at}${more}`)).text
  const band = (html: string) =>
    /data-slot="([^"]+)"(?:(?!data-slot)[\s\S])*class="best-hour"><svg width="1" height="(\d+)"/.exec(
      html,
    )
  const html = await week(date)
  expect(band(html)?.slice(1)).toEqual([date, String((12 - 8) * 60)])
  expect(html.match(/class="best-hour"/g)).toHaveLength(1)
  expect(html).toMatch(
    /<p title="Posts on \w+day at 12:00 got about \d+% more views than usual\. Based on 20 posts since /,
  )
  expect(band(await week(addDays(date, 7)))).toBeNull()
  expect(band(await week(date, `&channel=${channels.tiktok}`))).toBeNull()
})

/** Noon in Zurich of a date. */
const noonOf = (date: string): number => {
  const utc = Date.parse(`${date}T12:00Z`)
  const words = new Intl.DateTimeFormat('en-US', {
    timeZone: 'Europe/Zurich',
    hour: '2-digit',
    hourCycle: 'h23',
  }).format(utc)
  return utc - (Number(words) - 12) * 3_600_000
}
