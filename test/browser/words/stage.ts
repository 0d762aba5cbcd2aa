import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type Person, password, type TestApp } from '../../support/app.ts'
import { addMedia, photoForm, postIdIn } from '../../support/posts.ts'

/** Whether the browser keeps something that the server doesn't have. */
export const isKept = (page: Page) =>
  page.evaluate(`Object.keys(localStorage).some((name) => name.startsWith('words '))`)
export const soon = { timeout: 6_000 }
export const whenKept = (page: Page) => expect.poll(() => isKept(page), soon).toBe(true)
export const whenSaved = (page: Page) => expect.poll(() => isKept(page), soon).toBe(false)
const state = (page: Page) => page.locator('#save-state')
export const whenSaid = (page: Page, said: RegExp) =>
  expect.poll(() => state(page).textContent(), soon).toMatch(said)
export const text = (page: Page) => page.inputValue('#text')
/** Nothing that the page saves arrives, until the returned function is called. */
export const loseSaves = async (context: BrowserContext) => {
  let isLost = true
  await context.route('**/posts/autosave', (route) => (isLost ? route.abort() : route.continue()))
  return () => {
    isLost = false
  }
}
export const answerLeaving = (page: Page, stay: boolean) => {
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    return stay ? dialog.dismiss() : dialog.accept()
  })
  return asked
}
export const signIn = async (page: Page, person: Person) => {
  const panel = page.locator('.sign-in-panel')
  await panel.locator('[name=email]').fill(person.email)
  await panel.locator('[name=password]').fill(password)
  await panel.getByRole('button', { name: 'Sign in', exact: true }).click()
}
/** A post that is due later. */
export const scheduledPost = async (app: TestApp, channel: string, person: Person) => {
  const image = await addMedia(app.deps, app.workspaces.northside, person.id)
  const form = photoForm({ channels: [channel], media: [image], text: 'As it goes out' })
  return postIdIn((await person.post('/w/northside/posts', new URLSearchParams(form))).location)
}
export const looks = {
  'on a desktop': { viewport: { width: 1280, height: 900 } },
  'on a phone': { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}
/** On a phone, a file's buttons come with a tap on it. */
export const openEditor = async (page: Page, media: string) => {
  const button = page.locator(`#edit-${media}`)
  if (await button.isVisible()) return button.click()
  await page.locator(`#open-${media}`).click()
  await page.locator(`#crop-${media}`).click()
}
