import { beforeAll, expect, test } from 'vitest'
import { axeFaults, type Scene, startComposerStage } from './composer-stage.ts'

let stage: Awaited<ReturnType<typeof startComposerStage>>

beforeAll(async () => {
  stage = await startComposerStage()
}, 60_000)

const scene: Scene = {
  media: ['image', 'image'],
  text: 'Five records',
  kinds: { facebook: 'photos', instagram: 'carousel', tiktok: 'photos' },
  fields: () => ({}),
}

test('a tab has the shared text until somebody types in it, and takes it back', async () => {
  const { path } = await stage.saveDraft(scene)
  const page = await stage.open(path)
  const tab = (name: string) => page.locator('.text-tab', { hasText: name })
  const own = page.locator('#variant-instagram')
  await tab('Instagram').click()
  await expect.poll(() => own.inputValue()).toBe('Five records')
  expect(await page.locator('[name=preview]:checked').getAttribute('value')).toBe(
    stage.channels.instagram,
  )
  await tab('All accounts').click()
  await page.locator('#text').fill('Six records')
  await tab('Instagram').click()
  expect(await own.inputValue()).toBe('Six records')
  expect(await page.locator('.own-dot:visible').count()).toBe(0)

  await own.press('End')
  await own.pressSequentially(' #vinyl')
  await tab('Instagram').locator('.own-dot').waitFor()
  await tab('All accounts').click()
  await page.locator('#text').fill('Seven records')
  await tab('Instagram').click()
  expect(await own.inputValue()).toBe('Six records #vinyl')

  await page.getByRole('button', { name: 'Use shared text' }).click()
  expect(await own.inputValue()).toBe('Seven records')
  expect(await page.locator('.own-dot:visible').count()).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  expect(await own.inputValue()).toBe('Six records #vinyl')

  await page.keyboard.press('Control+s')
  await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/)
  await page.goto(new URL(path, page.url()).href)
  expect(await page.inputValue('#text')).toBe('Seven records')
  await tab('Facebook').click()
  await expect.poll(() => page.inputValue('#variant-facebook')).toBe('Seven records')
  await tab('Instagram').click()
  expect(await own.inputValue()).toBe('Six records #vinyl')
  await page.context().close()
})

test('a saved caption goes where the cursor was, in the text that is open, and is saved with it', async () => {
  const { path } = await stage.saveDraft(scene)
  await stage.app.sql`
    insert into captions (workspace_id, kind, name, name_key, text)
    values (${stage.app.workspaces.northside}, 'hashtags', 'Tags', 'tags', '#vinyl #dub')`
  const page = await stage.open(path)
  const text = page.locator('#text')
  await text.focus()
  await text.press('Home')
  for (let n = 0; n < 4; n += 1) await text.press('ArrowRight')
  await page.locator('#captions > summary').click()
  await page.getByRole('button', { name: 'Insert' }).click()
  await expect.poll(() => text.inputValue()).toBe('Five #vinyl #dub records')
  await expect
    .poll(async () => (await stage.app.sql`select text from posts where text ~ 'dub'`).length)
    .toBe(1)
  await page.context().close()
})

test('campaign tags go into the links of the texts, and never replace what was typed meanwhile', async () => {
  const { path } = await stage.saveDraft({ ...scene, text: 'Gifts: https://northside.example' })
  const page = await stage.open(path)
  const text = page.locator('#text')
  for (const tool of ['#own-link', '#link-tags']) await page.locator(`${tool} > summary`).click()
  await page.getByLabel('Source').fill('mail')
  let answer: () => void = () => undefined
  const isAsked = new Promise<void>((asked) => {
    const isReady = new Promise<void>((ready) => {
      answer = ready
    })
    void page.route('**/posts/tag-links', async (route) => {
      asked()
      await isReady
      await route.continue()
    })
  })
  await page.getByRole('button', { name: 'Add to links' }).click()
  await isAsked
  await text.press('End')
  await text.pressSequentially(' now')
  answer()
  await page.getByText('You were still typing').waitFor()
  expect(await text.inputValue()).toBe('Gifts: https://northside.example now')
  await page.getByRole('button', { name: 'Add to links' }).click()
  await expect
    .poll(() => text.inputValue())
    .toBe('Gifts: https://northside.example?utm_source=mail now')
  await page.context().close()
})

test('an emoji is found by the keyboard, goes where the cursor was, and comes back as a recent one', {
  timeout: 60_000,
}, async () => {
  const { path } = await stage.saveDraft(scene)
  const page = await stage.open(path)
  const text = page.locator('#text')
  await text.focus()
  await text.press('Home')
  for (let n = 0; n < 4; n += 1) await text.press('ArrowRight')
  const opener = page.getByRole('button', { name: 'Emoji', exact: true })
  await opener.press('Enter')
  await page.getByLabel('Skin tone').selectOption({ label: '✋🏽 Medium' })
  const search = page.getByRole('searchbox', { name: 'Search emoji' })
  await search.fill('thumbs')
  await search.press('ArrowDown')
  const focused = () => page.locator(':focus').getAttribute('aria-label')
  expect(await focused()).toBe('thumbs up')
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('thumbs down')
  expect(await axeFaults(page)).toEqual([])
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  expect(await text.inputValue()).toBe('Five👍🏽 records')
  expect(await page.locator(':focus').getAttribute('id')).toBe('text')
  await opener.press('Enter')
  await page.getByRole('grid', { name: 'Recent' }).getByRole('button').click()
  expect(await text.inputValue()).toBe('Five👍🏽👍🏽 records')
  await expect
    .poll(async () => (await stage.app.sql`select text from posts where text ~ '👍🏽👍🏽'`).length)
    .toBe(1)
  await page.context().close()
})

test('Ctrl+Enter schedules: a text that is too long is opened in its tab and focused', async () => {
  const { path } = await stage.saveDraft(scene)
  const page = await stage.open(path)
  await page.locator('.text-tab', { hasText: 'Instagram' }).click()
  await page.locator('#variant-instagram').fill('x'.repeat(2_201))
  await page.locator('.text-tab', { hasText: 'All accounts' }).click()
  await page.locator('#text').press('Control+Enter')
  await page.getByRole('alert').waitFor()
  await expect
    .poll(() => page.locator('#variant-instagram').evaluate((one) => one.matches(':focus')))
    .toBe(true)
  expect(await page.locator('#text-counters li:visible').innerText()).toBe(
    'Instagram: 1 character over',
  )
  await page.context().close()
})

test('a narrow window shows the editor or the preview, with the bar below both', async () => {
  const { path } = await stage.saveDraft(scene)
  const page = await stage.open(path, { width: 390 })
  const schedule = page.getByRole('button', { name: /^Schedule/ })
  const isInSight = async () => {
    const box = await schedule.boundingBox()
    return box !== null && box.y > 0 && box.y + box.height <= 844
  }
  expect([
    await page.locator('#text').isVisible(),
    await page.locator('#preview').isVisible(),
  ]).toEqual([true, false])
  expect(await isInSight()).toBe(true)
  await page.locator('label:has(#pane-preview)').click()
  expect([
    await page.locator('#text').isVisible(),
    await page.locator('#preview').isVisible(),
  ]).toEqual([false, true])
  expect(await isInSight()).toBe(true)
  expect(await page.locator('.tab-bar').isVisible()).toBe(false)
  await page.getByRole('link', { name: /^Fix.*Choose who can see/ }).click()
  await expect
    .poll(() => page.locator('select.audience').evaluate((one) => one.matches(':focus')))
    .toBe(true)
  await page.context().close()
})

test('counters count the text as each platform does', async () => {
  const { path } = await stage.saveDraft({ ...scene, text: '🎧🎧' })
  const page = await stage.open(path)
  const counters = () =>
    page
      .locator('#text-counters li')
      .evaluateAll((all) =>
        all.map((one) => `${one.getAttribute('data-name')} ${one.getAttribute('data-left')}`),
      )
  expect(await counters()).toEqual(['Facebook 63204', 'Instagram 2198', 'TikTok 3996'])
  await page.locator('#text').fill('🎧🎧🎧')
  expect(await counters()).toEqual(['Facebook 63203', 'Instagram 2197', 'TikTok 3994'])
  const shown = () => page.locator('#text-counters li:visible').allInnerTexts()
  expect(await shown(), 'silent until 15% is left').toEqual([])
  await page.locator('#text').fill('🎧'.repeat(1_990))
  expect(await shown()).toEqual(['TikTok: 20 characters left'])
  await page.locator('#text').fill('🎧'.repeat(2_201))
  expect(await shown(), 'the one with the least room').toEqual(['TikTok: 402 characters over'])
  await page.context().close()
})
