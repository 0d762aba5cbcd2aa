import { expect, test } from 'vitest'
import { startStage } from '../support/browser/stage.ts'
import { measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll } from '../support/posts.ts'

test('every reading of a reel fits the page at every width: the table scrolls in its own box', {
  timeout: 120_000,
}, async () => {
  const { app, url, open } = await startStage()
  const channels = await connectAll(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
  })
  const readings = [1, 6, 24].map((hours) => ({
    hours,
    views: 1_000_000 * hours,
    reach: 900_000 * hours,
    likes: 90_000 * hours,
  }))
  const { postId } = await measuredRows(app, channels).measured('instagram', {
    daysAgo: 9,
    kind: 'reel',
    readings,
  })
  for (const width of [1280, 1024, 320]) {
    const { page, context } = await open({ viewport: { width, height: 800 } })
    await page.goto(`${url}/w/northside/posts/${postId}`)
    await page.locator('.numbers summary').click()
    await page.getByRole('columnheader', { name: 'Total watch time' }).waitFor()
    expect([
      width,
      await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
    ]).toEqual([width, true])
    const covers = await page.evaluate(
      '[...document.querySelectorAll(".columns > *")].some((one) => one.scrollWidth > one.clientWidth + 1)',
    )
    expect([width, covers]).toEqual([width, false])
    await context.close()
  }
})
