import type { Page } from 'playwright-core'

const at = '/w/northside-records/posts/new'

/** What is filled in: by account, the names of its fields in the form and their values. */
type Composing = {
  files: ('video' | 'picture')[]
  text?: string
  kinds?: Record<string, string>
  fields: Record<string, Record<string, string | boolean>>
  /** Presses Schedule, so that what is wrong is shown. */
  schedule?: boolean
}

export const facebook = 'Northside Records'
export const instagram = '@northsiderecords'
export const tiktok = '@northside.records'

/** The way to the composer with every field of these accounts open and filled in. */
export const composing =
  ({ files, text = '', kinds = {}, fields, schedule = false }: Composing) =>
  async (page: Page, base: string): Promise<void> => {
    await page.goto(base + at)
    const channels = new Map<string, string>()
    for (const label of Object.keys(fields)) channels.set(label, await channelOf(page, label))
    const media = [
      ...(await filesOf(page, 'video', files)),
      ...(await filesOf(page, 'picture', files)),
    ]
    const query = new URLSearchParams([
      ...media.map((id): [string, string] => ['media', id]),
      ...[...channels.values()].map((id): [string, string] => ['channel', id]),
    ])
    await page.goto(`${base}${at}?${query}`)
    for (const [label, kind] of Object.entries(kinds))
      await redrawn(page, () =>
        page.locator(`[name="kind.${channels.get(label)}"]`).selectOption(kind),
      )
    if (text) await redrawn(page, () => page.locator('#text').fill(text))
    await page.evaluate(
      `for (const one of document.querySelectorAll('#settings details')) one.open = true`,
    )
    for (const [label, values] of Object.entries(fields))
      for (const [name, value] of Object.entries(values)) {
        const field = page.locator(
          `[name="${channels.get(label)}.${name.replace('$file', media[0] ?? '')}"]`,
        )
        await redrawn(page, () => fill(field, value))
      }
    if (schedule)
      await Promise.all([
        page.waitForEvent('load'),
        page.getByRole('button', { name: /^Schedule/ }).click(),
      ])
  }

type Locator = ReturnType<Page['locator']>

const fill = async (field: Locator, value: string | boolean): Promise<void> => {
  if (typeof value === 'boolean') return field.setChecked(value)
  const isList = await field.evaluate((one) => one.nodeName === 'SELECT')
  if (isList) await field.selectOption(value)
  else await field.fill(value)
}

/** Until the server has judged what changed and the form shows it. */
const redrawn = async (page: Page, change: () => Promise<unknown>): Promise<void> => {
  await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/posts/check')),
    change(),
  ])
  await page.locator('.htmx-request').first().waitFor({ state: 'detached' })
}

const channelOf = async (page: Page, label: string): Promise<string> => {
  const chip = page.locator('.channel-chip').filter({ has: page.getByText(label, { exact: true }) })
  return (await chip.locator('input').getAttribute('value')) ?? ''
}

const filesOf = async (
  page: Page,
  kind: 'video' | 'picture',
  wanted: Composing['files'],
): Promise<string[]> => {
  const ending = kind === 'video' ? '.mp4' : '.jpg'
  const ids = await page
    .locator(`#picker input[name=add][aria-label$="${ending}"]`)
    .evaluateAll((boxes) => boxes.map((box) => String(Reflect.get(box, 'value'))))
  const count = wanted.filter((one) => one === kind).length
  if (ids.length < count)
    throw new Error(`the composer offers ${ids.length} of ${count} files that end with ${ending}`)
  return ids.slice(0, count)
}
