import type { Page } from 'playwright-core'

/** The steps of the main job as a person takes them in a browser, with or without scripts. */

const password = 'a long enough passphrase'

export const becomeOperator = async (page: Page, link: string): Promise<void> => {
  await page.goto(link)
  await acceptAs(page, 'Olive Operator', 'olive@example.com')
}

export const join = async (page: Page, link: string): Promise<void> => {
  await page.goto(link)
  await acceptAs(page, 'Max Manager', 'max@example.com')
}

const acceptAs = async (page: Page, name: string, email: string): Promise<void> => {
  const form = page.locator('form', {
    has: page.getByRole('button', { name: 'Accept invitation' }),
  })
  await form.getByLabel('Your name').fill(name)
  await form.getByLabel('Work email address').fill(email)
  await form.getByLabel('Password').fill(password)
  await form.getByRole('button', { name: 'Accept invitation' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/invitations'))
}

export const makeWorkspace = async (page: Page, url: string, name: string): Promise<void> => {
  await page.goto(`${url}/operate#name`)
  await page.getByLabel('Business or client name').fill(name)
  await page.locator('#zone').fill('Europe/Zurich')
  await page.getByRole('button', { name: 'Create workspace' }).click()
  await page.waitForURL(/\/w\//)
}

export const invite = async (page: Page, at: string): Promise<string> => {
  await page.goto(`${at}/people`)
  await page.getByRole('button', { name: 'Create invitation link' }).click()
  return page.getByRole('textbox', { name: 'Invitation link' }).inputValue()
}

export const connectMeta = async (page: Page, at: string): Promise<void> => {
  await page.goto(`${at}/channels`)
  await page.getByRole('link', { name: /^Connect Facebook/ }).click()
  await page.getByRole('button', { name: 'Ada Northside' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await connected(page)
}

export const connectTiktok = async (page: Page, at: string): Promise<void> => {
  await page.goto(`${at}/channels`)
  await page.getByRole('link', { name: /^Connect TikTok/ }).click()
  await page.getByRole('button', { name: 'northside.records' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await connected(page)
}

/** In a new workspace, connecting leads back to the first steps, or to the first post. */
const connected = (page: Page) =>
  page.waitForURL(/said=accounts-connected|\/(channels|today|posts)/)

export const upload = async (
  page: Page,
  at: string,
  files: string[],
  scripted: boolean,
): Promise<void> => {
  await page.goto(`${at}/media`)
  await page.locator('#files').setInputFiles(files)
  if (!scripted) await page.getByRole('button', { name: 'Upload', exact: true }).click()
  await page
    .locator('#media li img')
    .nth(files.length - 1)
    .waitFor({ timeout: 30_000 })
}

/** Picks a time such as `2099-11-26T10:00`. */
export const pickTime = async (page: Page, time: string): Promise<void> => {
  const [date = '', clock = ''] = time.split('T')
  await page.locator('#when-open').click()
  await page.locator('#when-pick').check()
  await page.locator('#date').fill(date)
  await page.locator('#time').fill(clock)
  await page.locator('.when-set').click()
}

type Draft = { text: string; file: string; accounts: string[]; time: string }

/** Composes and schedules a post. Returns its URL. */
export const schedule = async (
  page: Page,
  at: string,
  draft: Draft,
  scripted: boolean,
): Promise<string> => {
  await page.goto(`${at}/posts/new`)
  await page.getByLabel('Text', { exact: true }).fill(draft.text)
  for (const account of draft.accounts) {
    const chip = page.locator('.channel-chip', { hasText: account })
    await chip.click()
    if (!(await chip.locator('input').isChecked())) throw new Error(`${account} was not ticked`)
    if (scripted) await settled(page)
  }
  await page.locator('#picker summary').click()
  await page.locator('.picker label', { has: page.getByLabel(`Add ${draft.file}`) }).click()
  if (scripted) await settled(page)
  // Without scripts the form comes back with the fields of the chosen accounts.
  else await page.getByRole('button', { name: 'Add selected files' }).click()
  await page.locator('select.audience').selectOption('PUBLIC_TO_EVERYONE')
  const consent = page.getByLabel(/Music Usage Confirmation/)
  if (await consent.count()) await consent.first().check()
  await pickTime(page, draft.time)
  if (scripted) await settled(page)
  await page.getByRole('button', { name: /^Schedule/ }).click()
  await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/).catch(async (error) => {
    throw new Error(`it was not scheduled: ${await page.locator('main').textContent()}`, {
      cause: error,
    })
  })
  return page.url().split('?')[0] ?? ''
}

/** Waits until scripts have nothing more to fetch. */
const settled = async (page: Page): Promise<void> => {
  await page.waitForTimeout(900)
  await page.waitForLoadState('networkidle')
}
