import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

it('the document of the API is valid OpenAPI 3.1, and each operation has its scope and its refusals', async () => {
  const response = await test.app.request('/api/v1/openapi.json')
  const document = await response.json()
  const result = await new Validator().validate(structuredClone(document))
  expect(result).toEqual({ valid: true })
  expect(document.openapi).toBe('3.1.0')
  const operations = Object.values(document.paths).flatMap((item) =>
    Object.values(item as Record<string, { description: string; responses: object }>),
  )
  expect(operations.length).toBeGreaterThan(25)
  for (const { description, responses } of operations) {
    expect(description).toMatch(/Scope: `|Every key may/)
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '429']))
  }
})

it('the reference page shows every operation and every problem, without scripts of its own', async () => {
  const page = await test.browser().get('/developers')
  const document = await (await test.app.request('/api/v1/openapi.json')).json()
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item as Record<string, { operationId: string }>).map((one) => one.operationId),
  )
  expect(page.status).toBe(200)
  for (const id of ids) expect(page.text).toContain(`id="${id}"`)
  expect(page.text).toContain('id="rules"')
  expect(page.text).not.toMatch(/<style|style="|<script(?! defer src="\/assets)/)
})
