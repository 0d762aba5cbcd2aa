import { expect, test } from 'vitest'
import { launchBrowser } from '../support/browser/browser.ts'
import { createTestDatabase } from '../support/database.ts'

test('each test file has its own database, with the schema and no rows', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  await one.sql`create table only_here (id int)`
  const found =
    await other.sql`select to_regclass('only_here') as here, to_regclass('users') is not null as users`
  expect(found[0]).toEqual({ here: null, users: true })
})

test('the browser renders text', async () => {
  const browser = await launchBrowser()
  const page = await browser.newPage()
  await page.setContent('<title>Proof</title><h1>Crates of records</h1>')
  expect(await page.title()).toBe('Proof')
  const { width } = (await page.getByRole('heading').boundingBox())!
  expect(width).toBeGreaterThan(100)
  expect((await page.screenshot()).byteLength).toBeGreaterThan(2_000)
})
