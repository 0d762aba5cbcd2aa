import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  axeFaults,
  type Look,
  overEdge,
  reachable,
  type Scene,
  startComposerStage,
  walk,
} from './composer-stage.ts'

let stage: Awaited<ReturnType<typeof startComposerStage>>

beforeAll(async () => {
  stage = await startComposerStage()
}, 60_000)

const comment = 'Side B starts at six. Bring a crate.'
const scenes: Record<string, Scene> = {
  'a reel': {
    media: ['video'],
    kinds: { facebook: 'reel', instagram: 'reel', tiktok: 'video' },
    fields: ([video]) => ({
      facebook: { first_comment: comment, place_id: '102030405060', is_ai_generated: 'on' },
      instagram: {
        first_comment: comment,
        collaborators: '@amberline.band, @northsidecafe',
        [`tags_${video}`]: '@amberline.band',
        location_id: '102030405060',
        cover_second: '1.5',
        is_ai_generated: 'on',
      },
      tiktok: {
        privacy_level: 'PUBLIC_TO_EVERYONE',
        allow_comment: 'on',
        disclose: 'on',
        your_brand: 'on',
        is_aigc: 'on',
        cover_second: '2',
      },
    }),
  },
  pictures: {
    media: ['image', 'image'],
    kinds: { facebook: 'photos', instagram: 'carousel', tiktok: 'photos' },
    fields: ([first, second]) => ({
      facebook: { first_comment: comment },
      instagram: {
        first_comment: comment,
        [`tags_${first}`]: '@ada 30 60',
        [`tags_${second}`]: '@ben',
        location_id: '102030405060',
      },
      tiktok: {
        privacy_level: 'SELF_ONLY',
        photo_title: 'Five records',
        cover_photo: '2',
        auto_add_music: 'on',
      },
    }),
  },
  'a story, and a draft for TikTok': {
    media: ['video'],
    text: '',
    kinds: { facebook: 'story', instagram: 'story', tiktok: 'video' },
    fields: ([video]) => ({
      facebook: { is_ai_generated: 'on' },
      instagram: { [`tags_${video}`]: '@ada', is_ai_generated: 'on' },
      tiktok: { inbox: 'on' },
    }),
  },
}

// Menus are left closed: they cover what is below them, and close when the focus leaves them.
const openAll = (page: Page) =>
  page.evaluate(
    `for (const one of document.querySelectorAll('#composer details:not(.more)')) one.open = true`,
  )

describe('the composer with every field open', () => {
  describe.each(Object.entries(scenes))('%s', (_name, scene) => {
    test.each([1280, 390])(
      'reaches everything with Tab in the order of the page, and shows the focus: %i px wide',
      async (width) => {
        const { path } = await stage.saveDraft(scene)
        const page = await stage.open(path, { width })
        await openAll(page)
        const expected = await reachable(page)
        const stops = await walk(page)
        expect(stops.map(({ name }) => name)).toEqual(expected)
        expect(stops.filter(({ ring }) => !ring).map(({ name }) => name)).toEqual([])
        expect(
          stops.filter(({ covered }) => covered).map(({ name, covered }) => `${name}: ${covered}`),
        ).toEqual([])
        const own = stops.filter(({ name }) =>
          Object.values(stage.channels).some((id) => name.startsWith(`${id}.`)),
        )
        const upward = own.filter(({ left, bottom }, index) => {
          const before = own[index - 1]
          return before && bottom <= before.top && left <= before.left
        })
        expect(upward.map(({ name }) => name)).toEqual([])
        await page.context().close()
      },
    )

    test.each([
      ['light', {}],
      ['dark', { dark: true }],
      ['on a phone', { width: 390 }],
      ['on the narrowest phone', { width: 320 }],
    ])('has no axe violations and nothing beyond the edge: %s', async (_name, look: Look) => {
      const { path } = await stage.saveDraft(scene)
      const page = await stage.open(path, look)
      await openAll(page)
      expect(await axeFaults(page)).toEqual([])
      expect(await overEdge(page)).toEqual([])
      await page.context().close()
    })
  })
})

/** The field's value, whether it is marked, and the message that it is described by, if that is seen. */
const stateOf = async (page: Page, name: string) => {
  const field = page.locator(`[id="${name}"]`)
  const message = page.locator(`[id="${name}.fault"]`)
  const [isBeside, value, invalid] = await Promise.all([
    field
      .getAttribute('aria-describedby')
      .then((ids) => (ids ?? '').split(' ').includes(`${name}.fault`)),
    field.inputValue(),
    field.getAttribute('aria-invalid'),
  ])
  return {
    value,
    invalid,
    message: isBeside && (await message.isVisible()) ? (await message.textContent())?.trim() : null,
  }
}

describe('an invalid value', () => {
  test('comes back as typed, with a message beside its field: a reel', async () => {
    const { facebook, instagram, tiktok } = stage.channels
    const scene = scenes['a reel']
    if (!scene) throw new Error('the scene is gone')
    const { path, files } = await stage.saveDraft(scene)
    const page = await stage.open(path)
    await openAll(page)
    const long = '#vinyl '.repeat(31) + 'x'.repeat(2_200)
    const tags = `tags_${files[0]}`
    const wanted: [string, string, string][] = [
      [
        `${facebook}.place_id`,
        'Zurich',
        'Facebook: the location is the number of a Facebook Page that has an address.',
      ],
      [`${instagram}.first_comment`, long, 'the first comment has 31 hashtags. The limit is 30.'],
      [`${instagram}.collaborators`, '@a, @b, @c, not/a/name', 'the limit is 3 collaborators.'],
      [
        `${instagram}.collaborators`,
        '@a, @b, @c, not/a/name',
        '“not/a/name” is not a username; type them as @name.',
      ],
      [
        `${instagram}.${tags}`,
        'Amber Line',
        'the position of Amber is two numbers from 0 to 100, as in “Amber 30 60”.',
      ],
      [
        `${instagram}.location_id`,
        'Zurich',
        'the location is the number of a Facebook Page that has an address.',
      ],
      [
        `${instagram}.cover_second`,
        '1:30',
        'the cover is a time in the video, in seconds from its start, such as 1.5.',
      ],
      [
        `${tiktok}.cover_second`,
        '99',
        'The cover is a time in the video, in seconds from its start, such as 1.5.',
      ],
    ]
    for (const [name, value] of wanted) await page.locator(`[id="${name}"]`).fill(value)
    await page.getByRole('button', { name: /^Schedule/ }).click()
    await page.getByRole('alert').getByText('This post can’t be published like this').waitFor()
    for (const [name, value, message] of wanted)
      expect({ name, ...(await stateOf(page, name)) }).toEqual({
        name,
        value,
        invalid: 'true',
        message: expect.stringContaining(message),
      })
    const consent = await page.locator(`[id="${tiktok}.consent.fault"]`).textContent()
    expect(consent?.trim()).toBe(
      'Confirm that you agree to TikTok’s terms. Nothing is sent to TikTok before that.',
    )
    expect(await axeFaults(page)).toEqual([])
    await page.context().close()
  })

  test('comes back as typed, with a message beside its field: pictures', async () => {
    const { tiktok } = stage.channels
    const scene = scenes.pictures
    if (!scene) throw new Error('the scene is gone')
    const { path } = await stage.saveDraft(scene)
    const page = await stage.open(path, { width: 320 })
    await page.locator(`[id="${tiktok}.privacy_level"]`).selectOption('')
    const title = 'A title that is longer than TikTok takes. '.repeat(3).trim()
    const wanted: [string, string, string][] = [
      [
        `${tiktok}.photo_title`,
        title,
        `TikTok accepts titles of 90 characters. This one has ${title.length}.`,
      ],
      [`${tiktok}.cover_photo`, '7', 'The cover is the number of a photo, from 1 to 2.'],
    ]
    for (const [name, value] of wanted) await page.locator(`[id="${name}"]`).fill(value)
    await page.getByRole('button', { name: /^Schedule/ }).click()
    await page.getByRole('alert').getByText('This post can’t be published like this').waitFor()
    for (const [name, value, message] of [
      ...wanted,
      [`${tiktok}.privacy_level`, '', 'Choose who can see the post.'] as const,
    ])
      expect({ name, ...(await stateOf(page, name)) }).toEqual({
        name,
        value,
        invalid: 'true',
        message,
      })
    expect(await axeFaults(page)).toEqual([])
    expect(await overEdge(page)).toEqual([])
    await page.context().close()
  })

  test('is linked from the list of problems, and its field is unmarked after an edit', async () => {
    const { facebook } = stage.channels
    const scene = scenes['a reel']
    if (!scene) throw new Error('the scene is gone')
    const { path } = await stage.saveDraft(scene)
    const page = await stage.open(path)
    const place = page.locator(`[id="${facebook}.place_id"]`)
    await place.fill('Zurich')
    await page.getByRole('button', { name: /^Schedule/ }).click()
    await page.getByRole('alert').getByRole('link', { name: 'Facebook: the location' }).click()
    await expect
      .poll(() => place.evaluate((field) => field === field.ownerDocument.activeElement))
      .toBe(true)
    await page.keyboard.press('End')
    await page.keyboard.type('x')
    await expect.poll(() => place.getAttribute('aria-invalid')).toBe('false')
    expect(await place.inputValue()).toBe('Zurichx')
    await page.context().close()
  })
})

describe('counters', () => {
  test('are read out with their field, and again when little room is left', async () => {
    const { instagram, tiktok } = stage.channels
    const scene = scenes.pictures
    if (!scene) throw new Error('the scene is gone')
    const { path } = await stage.saveDraft(scene)
    const page = await stage.open(path)
    const said = () => page.locator('#counted').textContent()
    const first = page.locator(`[id="${instagram}.first_comment"]`)
    const described = (await first.getAttribute('aria-describedby'))?.split(' ') ?? []
    expect(described).toContain(`${instagram}.first_comment.count`)
    await first.fill('x'.repeat(2_190))
    await expect.poll(said).toBe('First comment on Northside Records: 10 characters left')
    await first.fill('x'.repeat(2_201))
    await expect.poll(said).toBe('First comment on Northside Records: 1 character over')
    await first.fill('short')
    await expect.poll(said).toBe('')
    // TikTok counts an emoji as two.
    const title = page.locator(`[id="${tiktok}.photo_title"]`)
    await title.fill('🎧'.repeat(45))
    await expect.poll(said).toBe('TikTok title: 0 characters left')
    await page.context().close()
  })
})
