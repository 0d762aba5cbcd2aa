import type { Page } from 'playwright-core'

/** Holds the post so that its upper edge is `minute` minutes below the first hour of the day. */
export const holdAt = async (
  page: Page,
  id: string,
  date: string,
  minute: number,
): Promise<void> => {
  const card = await page.locator(`#post-${id}`).boundingBox()
  const column = await page.locator(`[data-slot="${date}"] .hour-column`).boundingBox()
  if (!card || !column) throw new Error('the week is not shown')
  const grip = 10
  await page.mouse.move(card.x + 12, card.y + grip)
  await page.mouse.down()
  await page.mouse.move(column.x + 40, column.y + minute + grip - 9, { steps: 4 })
  await page.mouse.move(column.x + 40, column.y + minute + grip)
}
