import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

/** CrateSocial has no public license, and the server of a test may be at localhost. */
const notOurs = { 'info-license': 'off', 'no-server-example.com': 'off' } as const

type Described = { operationId: string; description: string; responses: object }
type ApiDocument = { openapi: string; paths: Record<string, Record<string, Described>> }

const getDocument = async (): Promise<ApiDocument> => {
  const response = await test.app.request('/api/v1/openapi.json')
  return (await response.json()) as ApiDocument
}

it('the document of the API is valid OpenAPI 3.1, and each operation has its scope and its refusals', async () => {
  const document = await getDocument()
  const result = await new Validator().validate(structuredClone(document))
  expect(result).toEqual({ valid: true })
  expect(document.openapi).toBe('3.1.0')
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
  expect(operations.length).toBeGreaterThan(25)
  for (const { description, responses } of operations) {
    expect(description).toMatch(/Scope: `|Every key may/)
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '429']))
  }
})

it('Redocly finds no fault in the document', async () => {
  const response = await test.app.request('/api/v1/openapi.json')
  const config = await createConfig({ extends: ['recommended'], rules: notOurs })
  const source = await response.text()
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  const faults = problems.map(({ severity, ruleId, message, location }) =>
    [severity, ruleId, message, location[0]?.pointer].join(' '),
  )
  expect(faults).toEqual([])
})

it('the reference page shows every operation and every problem, without scripts of its own', async () => {
  const page = await test.browser().get('/developers')
  const document = await getDocument()
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((one) => one.operationId),
  )
  expect(page.status).toBe(200)
  for (const id of ids) expect(page.text).toContain(`id="${id}"`)
  expect(page.text).toContain('id="rules"')
  expect(page.text).not.toMatch(/<style|style="|<script(?! defer src="\/assets)/)
})
