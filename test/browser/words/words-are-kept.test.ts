import { randomUUID } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { insertMembership } from '../../../db/people/memberships.ts'
import type { Person } from '../../support/app.ts'
import { type Stage, startStage } from '../../support/browser/stage.ts'
import { addMedia, connectAll } from '../../support/posts.ts'
import {
  answerLeaving,
  isKept,
  looks,
  loseSaves,
  openEditor,
  scheduledPost,
  signIn,
  soon,
  text,
  whenKept,
  whenSaid,
  whenSaved,
} from './stage.ts'

let stage: Stage
let facebook: string
beforeAll(async () => {
  stage = await startStage()
  const { app } = stage
  const owner = { workspaceId: app.workspaces.northside, userId: app.cast.admin.id }
  ;({ facebook } = await connectAll(app.deps, owner))
}, 60_000)
beforeEach(async () => void (await stage.app.sql`delete from throttle`))
const words = 'Twenty crates of soul and funk, sorted by hand until the last word'
const base = '/w/northside/posts'
const join = async (name = 'Nora Newcomer'): Promise<Person> => {
  const person = await stage.app.addPerson(`${name} ${randomUUID().slice(0, 8)}`)
  await insertMembership(stage.app.sql, stage.app.workspaces.northside, person.id, 'manager')
  return person
}
const endSessions = ({ id }: Person) => stage.app.sql`delete from sessions where user_id = ${id}`
const draftsOf = (person: Person) =>
  stage.app.sql<{ id: string; text: string; state: string }[]>`
    select id, text, state from posts where created_by = ${person.id} order by id`
const savedText = async (person: Person) => (await draftsOf(person)).map(({ text }) => text)
describe.each(Object.entries(looks))('no word is lost %s', { timeout: 60_000 }, (_, look) => {
  const open = async (person: Person, path = '/new') => {
    const opened = await stage.open(look, person)
    opened.context.setDefaultTimeout(20_000)
    await opened.page.goto(stage.url + base + path, { waitUntil: 'domcontentloaded' })
    return opened
  }
  test('after a pause the draft is saved, and the page stays', async () => {
    const person = await join()
    const { page, context } = await open(person)
    await page.locator('#text').pressSequentially(words)
    await whenSaid(page, /^Saved \d+:\d\d/)
    expect(await savedText(person)).toEqual([words])
    expect(new URL(page.url()).pathname).toBe(`${base}/${(await draftsOf(person))[0]!.id}/edit`)
    // The form goes on with the same draft, also by its button.
    await page.locator('#text').fill(`${words}.`)
    await page.getByRole('button', { name: 'Save draft' }).click()
    await page.waitForURL(/\?did=|\/posts\/[0-9a-f-]{36}$/, { waitUntil: 'commit' })
    expect(await savedText(person)).toEqual([`${words}.`])
    expect(await isKept(page)).toBe(false)
    await context.close()
  })
  test('a closed tab', async () => {
    const person = await join()
    const { page, context } = await open(person)
    const arrive = await loseSaves(context)
    await page.fill('#text', words)
    await whenKept(page)
    await page.close()
    arrive()
    const again = await context.newPage()
    await again.goto(`${stage.url}${base}/new`)
    await expect.poll(() => text(again), soon).toBe(words)
    await expect.poll(() => savedText(person), soon).toEqual([words])
    await context.close()
  })
  test('a reload, and it asks before it leaves', async () => {
    const person = await join()
    const { page, context } = await open(person)
    const arrive = await loseSaves(context)
    const asked = answerLeaving(page, false)
    await page.locator('#text').pressSequentially(words)
    await whenKept(page)
    arrive()
    await page.reload()
    expect(asked).toEqual(['beforeunload'])
    await expect.poll(() => text(page), soon).toBe(words)
    await expect.poll(() => savedText(person), soon).toEqual([words])
    await whenSaved(page)
    await page.reload()
    expect(asked).toEqual(['beforeunload'])
    expect(await text(page)).toBe(words)
    await context.close()
  })
  test('a link in the menu, and Back', async () => {
    const person = await join()
    const { page, context } = await open(person)
    const asked = answerLeaving(page, false)
    await page.locator('#text').pressSequentially(words)
    await page.locator('a[href$="/calendar"]').first().dispatchEvent('click')
    await page.waitForURL(/calendar/, { waitUntil: 'commit' })
    expect(asked).toEqual(['beforeunload'])
    await expect.poll(() => savedText(person), soon).toEqual([words])
    await page.goBack()
    await expect.poll(() => text(page), soon).toBe(words)
    await whenSaid(page, /Saved/)
    expect(await savedText(person)).toEqual([words])
    await context.close()
  })
  test('a crash of the tab', async () => {
    const person = await join()
    const { page, context } = await open(person)
    const arrive = await loseSaves(context)
    await page.fill('#text', words)
    await whenKept(page)
    const crashed = page.waitForEvent('crash')
    await page.goto('chrome://crash').catch(() => undefined)
    await crashed
    arrive()
    const again = await context.newPage()
    await again.goto(`${stage.url}${base}/new`)
    await expect.poll(() => text(again), soon).toBe(words)
    await expect.poll(() => savedText(person), soon).toEqual([words])
    await context.close()
  })
  test('a lost network', async () => {
    const person = await join()
    const { page, context } = await open(person)
    await context.setOffline(true)
    await page.fill('#text', words)
    await whenSaid(page, /^No connection\. Saved in this browser, trying again$/)
    expect(await text(page)).toBe(words)
    await context.setOffline(false)
    await whenSaid(page, /^Saved/)
    expect(await savedText(person)).toEqual([words])
    expect(await isKept(page)).toBe(false)
    await context.close()
  })
  test('a server that is down when Save is pressed, and starts again', async () => {
    const person = await join()
    const { page, context } = await open(person)
    await stage.listen(false)
    await page.fill('#text', words)
    await page.getByRole('button', { name: 'Save draft' }).click()
    await whenSaid(page, /^No connection, so nothing was saved\. Saved in this browser/)
    expect([await text(page), new URL(page.url()).pathname]).toEqual([words, `${base}/new`])
    await stage.listen(true)
    await page.getByRole('button', { name: 'Save draft' }).click()
    await page.waitForURL(/\/posts\/[0-9a-f-]{36}/, { waitUntil: 'commit' })
    await expect.poll(() => savedText(person), soon).toEqual([words])
    await context.close()
  })
  test('a session that ends: one signs in over the page, with the second step', async () => {
    const person = await join()
    const key = await setUpApp(person)
    const { page, context } = await open(person)
    await endSessions(person)
    await page.fill('#text', words)
    await page.locator('.sign-in-panel').waitFor()
    expect(await text(page)).toBe(words)
    stage.app.clock.moveBy(30_000)
    await signIn(page, person)
    await page.locator('.sign-in-panel [name=code]').fill(codeOf(key))
    await page.locator('.sign-in-panel').waitFor({ state: 'detached' })
    await whenSaid(page, /^Saved/)
    expect([await text(page), await savedText(person)]).toEqual([words, [words]])
    await context.close()
  })
  test('a session that ends while Schedule is pressed', async () => {
    const person = await join()
    const { page, context } = await open(person)
    await page.fill('#text', words)
    await whenSaid(page, /^Saved/)
    await endSessions(person)
    await page.getByRole('button', { name: /^Schedule/ }).click()
    await signIn(page, person)
    await whenSaid(page, /^You’re signed in again\. Choose “Schedule” once more\.$/)
    expect(await text(page)).toBe(words)
    await context.close()
  })
  test('two tabs of one draft', async () => {
    const person = await join()
    const { page, context } = await open(person)
    await page.fill('#text', 'From the first tab')
    await whenSaid(page, /^Saved/)
    const second = await context.newPage()
    await second.goto(page.url())
    await page.fill('#text', 'Changed in the first tab')
    await expect.poll(() => savedText(person), soon).toEqual(['Changed in the first tab'])
    await second.fill('#text', words)
    await whenSaid(second, /^You changed this draft in another tab\. Compare$/)
    expect(await savedText(person)).toEqual(['Changed in the first tab'])
    await second.getByRole('link', { name: 'Compare' }).click()
    await second.locator('.saved-now').getByText('Changed in the first tab').waitFor()
    expect(await text(second)).toBe(words)
    await second.getByRole('button', { name: 'Save draft' }).click()
    await second.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/, { waitUntil: 'commit' })
    expect(await savedText(person)).toEqual([words])
    await second.goto(`${page.url().replace(/edit$/, 'versions')}`)
    await second.locator('.versions summary', { hasText: 'Changed in the first tab' }).waitFor()
    await context.close()
  })
  test('two people', async () => {
    const [ada, ben] = [await join('Ada'), await join('Ben')]
    const { page, context } = await open(ada)
    await page.fill('#text', 'A draft of the team')
    await whenSaid(page, /^Saved/)
    const other = await stage.open(look, ben)
    await other.page.goto(page.url())
    await page.fill('#text', 'What Ada wrote')
    await expect.poll(() => savedText(ada), soon).toEqual(['What Ada wrote'])
    await other.page.fill('#text', words)
    await whenSaid(other.page, /^Ada \w+ changed this draft\. Compare$/)
    await other.page.reload()
    await other.page.locator('.saved-now').getByText('What Ada wrote').waitFor()
    expect(await text(other.page)).toBe(words)
    // What Ben types there stays aside until he saves it.
    await other.page.fill('#text', `${words}!`)
    await whenSaid(other.page, /^Kept at/)
    expect(await savedText(ada)).toEqual(['What Ada wrote'])
    await context.close()
    await other.context.close()
  })
  test('an edit of a scheduled post, which goes out as it is until it is saved', async () => {
    const person = await join()
    const id = await scheduledPost(stage.app, facebook, person)
    const { page, context } = await open(person, `/${id}/edit`)
    await page.fill('#text', words)
    await whenSaid(page, /^Kept at \d+:\d\d( [AP]M)?\. Choose Save to change the post\.$/)
    const [target] = await stage.app.sql`select text from targets where post_id = ${id}`
    expect([target!.text, await savedText(person)]).toEqual(['As it goes out', ['As it goes out']])
    await page.goto(`${stage.url}${base}/${id}/edit`)
    expect(await text(page)).toBe(words)
    await page.getByText('You’re looking at your edit').waitFor()
    await page.getByRole('button', { name: /^Save( ·|$)/ }).click()
    await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/, { waitUntil: 'commit' })
    expect(await savedText(person)).toEqual([words])
    await context.close()
  })
  test('the editor of a picture that opens when the session has ended', async () => {
    const person = await join()
    const image = await addMedia(stage.app.deps, stage.app.workspaces.northside, person.id)
    const { page, context } = await open(person, `/new?media=${image}`)
    await page.fill('#text', words)
    await whenSaid(page, /^Saved/)
    await endSessions(person)
    await openEditor(page, image)
    await signIn(page, person)
    await page.locator('.editor').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => page.locator('#text').count(), soon).toBe(1)
    expect([await text(page), await savedText(person)]).toEqual([words, [words]])
    await context.close()
  })
})
describe('what the browser keeps', { timeout: 60_000 }, () => {
  test('is not for the next person who signs in there', async () => {
    const [person, next] = [await join(), await join('Nils Next')]
    const { page, context } = await stage.open({}, person)
    await page.goto(`${stage.url}${base}/new`)
    await endSessions(person)
    await page.fill('#text', words)
    await signIn(page, next)
    await page.waitForURL((url) => !url.pathname.endsWith('/posts/new'))
    expect(await page.content()).not.toContain(words)
    expect([await savedText(person), await savedText(next)]).toEqual([[], []])
    await page.goto(`${stage.url}${base}/new`)
    expect(await text(page)).toBe('')
    const kept = await page.evaluate('JSON.stringify({ ...localStorage })')
    expect(kept).toContain('words ')
    expect(kept).not.toContain('crates')
    await context.close()
  })
  test('is deleted by signing out', async () => {
    const person = await join()
    const { page, context } = await stage.open({}, person)
    await page.goto(`${stage.url}${base}/new`)
    await loseSaves(context)
    answerLeaving(page, false)
    await page.fill('#text', words)
    await whenKept(page)
    await page.locator('form[action="/sign-out"] button').first().dispatchEvent('click')
    await page.waitForURL(/said=signed-out|\/sign-in|\/$/, { waitUntil: 'commit' })
    expect(await isKept(page)).toBe(false)
    await context.close()
  })
})
const codeOf = (key: string) =>
  new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: stage.app.deps.now() })
/** Sets up an authenticator app as a person does. Returns its key. */
const setUpApp = async (person: Person): Promise<string> => {
  const page = await person.get('/account/security/authenticator')
  const key = /class="setup-key">([A-Z2-7 ]+)</.exec(page.text)![1]!.replaceAll(' ', '')
  const setup = /name="setup" value="([^"]+)"/.exec(page.text)![1]!
  await person.post('/account/security/authenticator', { setup, code: codeOf(key) })
  return key
}
