import type { Page } from 'playwright-core'
import { composing, facebook, instagram, tiktok } from './composing.ts'
import { converting, editor, panel, selected, uploading } from './library.ts'

/** What is pictured: where it is, and who looks. */
export type Shot = {
  name: string
  /** An address, or the way there from where the browser is. */
  open: string | ((page: Page, base: string) => Promise<void>)
  /** Nobody is signed in. */
  public?: boolean
  variants: Variant[]
}
export type Variant = 'desktop' | 'desktop-dark' | 'phone' | 'phone-dark'

const all: Variant[] = ['desktop', 'desktop-dark', 'phone', 'phone-dark']
const some: Variant[] = ['desktop', 'phone']
const one: Variant[] = ['desktop']
const w = '/w/northside-records'

/** The page of the last post of the calendar's month that fits, or of the month before. */
const post =
  (fits: string, then?: string) =>
  async (page: Page, base: string): Promise<void> => {
    await page.goto(`${base}${w}/calendar`)
    const found = page.locator(`.chip a[title${fits}]`)
    if ((await found.count()) === 0) await page.getByRole('link', { name: 'Earlier' }).click()
    // Not by a click: a day with many posts folds some of them away.
    const address = await found.last().getAttribute('href')
    await page.goto(`${base}${address}`)
    if (then) await page.getByRole('link', { name: then, exact: true }).click()
    await page.waitForLoadState('load')
  }

/** The numbers of the first account of a platform. */
const account =
  (name: string) =>
  async (page: Page, base: string): Promise<void> => {
    await page.goto(`${base}${w}/insights`)
    await page.locator('th a[href*="/insights/"]').filter({ hasText: name }).first().click()
    await page.waitForLoadState('load')
  }

const comment = 'The list of all five is in the shop, next to the till.'
const composerShots: Shot[] = [
  {
    name: 'composer-reel',
    open: composing({
      files: ['video'],
      text: 'Five records for the first cold Sunday.',
      fields: {
        [facebook]: { first_comment: comment, place_id: '102030405060', is_ai_generated: true },
        [instagram]: {
          first_comment: comment,
          collaborators: '@amberline.band',
          tags_$file: '@amberline.band, @northsidecafe',
          location_id: '102030405060',
          cover_second: '1.5',
          is_ai_generated: true,
        },
        [tiktok]: {
          privacy_level: 'PUBLIC_TO_EVERYONE',
          allow_comment: true,
          disclose: true,
          your_brand: true,
          is_aigc: true,
          cover_second: '2',
        },
      },
    }),
    variants: all,
  },
  {
    name: 'composer-pictures',
    open: composing({
      files: ['picture', 'picture'],
      text: 'Five records for the first cold Sunday.',
      fields: {
        [facebook]: { first_comment: comment },
        [instagram]: {
          first_comment: comment,
          collaborators: '@amberline.band',
          tags_$file: '@amberline.band 30 60',
        },
        [tiktok]: {
          photo_title:
            'Five records for the first cold Sunday: dub, warm jazz and one very loud polka',
          privacy_level: 'PUBLIC_TO_EVERYONE',
          cover_photo: '2',
        },
      },
    }),
    variants: all,
  },
  {
    name: 'composer-story',
    open: composing({
      files: ['video'],
      kinds: { [facebook]: 'story', [instagram]: 'story' },
      fields: {
        [facebook]: { is_ai_generated: true },
        [instagram]: { tags_$file: '@amberline.band' },
        [tiktok]: { inbox: true },
      },
    }),
    variants: all,
  },
  {
    name: 'composer-faults',
    open: composing({
      files: ['video'],
      text: 'Five records for the first cold Sunday.',
      fields: {
        [facebook]: { first_comment: comment, place_id: 'Zurich' },
        [instagram]: {
          collaborators: '@amberline band!',
          tags_$file: 'Amber Line',
          location_id: 'Zurich',
          cover_second: '1:30',
        },
        [tiktok]: { disclose: true, cover_second: '99' },
      },
      schedule: true,
    }),
    variants: all,
  },
]

export const shots: Shot[] = [
  { name: 'today', open: `${w}/today`, variants: all },
  { name: 'calendar', open: `${w}/calendar`, variants: all },
  { name: 'calendar-week', open: `${w}/calendar?view=week`, variants: some },
  { name: 'calendar-list', open: `${w}/calendar?view=list`, variants: some },
  { name: 'calendar-grid', open: `${w}/calendar/grid`, variants: all },
  { name: 'composer', open: post('^="Black Friday"', 'Edit'), variants: all },
  ...composerShots,
  { name: 'post', open: post('$="published"'), variants: all },
  { name: 'post-failed', open: post('^="Saturday hours"'), variants: some },
  { name: 'post-unconfirmed', open: post('^="Needle down: The Low"'), variants: some },
  { name: 'editor', open: editor, variants: all },
  { name: 'media', open: `${w}/media`, variants: all },
  { name: 'media-panel', open: panel, variants: all },
  { name: 'media-selected', open: selected, variants: some },
  { name: 'media-uploading', open: uploading, variants: some },
  { name: 'media-converting', open: converting, variants: one },
  { name: 'media-nothing-found', open: `${w}/media?q=zither`, variants: one },
  { name: 'channels', open: `${w}/channels`, variants: some },
  { name: 'insights', open: `${w}/insights`, variants: all },
  { name: 'insights-account', open: account('Instagram'), variants: all },
  { name: 'people', open: `${w}/people`, variants: some },
  { name: 'activity', open: `${w}/activity`, variants: some },
  { name: 'notices', open: `${w}/notices`, variants: some },
  { name: 'developers', open: `${w}/settings/developers`, variants: some },
  { name: 'api-reference', open: '/developers', public: true, variants: some },
  { name: 'account', open: '/account', variants: some },
  { name: 'operate', open: '/operate', variants: one },
  { name: 'sign-in', open: '/sign-in', public: true, variants: some },
  { name: 'privacy', open: '/privacy', public: true, variants: some },
  { name: 'data-deletion', open: '/data-deletion', public: true, variants: some },
]
