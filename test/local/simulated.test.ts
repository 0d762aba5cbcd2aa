import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callbackSettings } from '../../local/callbacks.ts'
import { productEnvironment, whatIsGiven } from '../../local/environment.ts'
import { readPorts } from '../../local/ports.ts'
import { localSecrets } from '../../local/secrets.ts'
import { issuerModules } from '../../platforms/index.ts'
import { testConfig } from '../support/config.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cratesocial-simulated-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const environmentOf = (env: NodeJS.ProcessEnv) =>
  productEnvironment({
    env,
    given: whatIsGiven(env),
    ports: readPorts({}),
    secrets: localSecrets(dataDir),
    dataDir,
  })

describe('an issuer whose app is not configured', () => {
  it('is the sandbox, with an app of its own and every host', () => {
    const environment = environmentOf({})
    expect(issuerModules.map(({ policy }) => policy.issuer)).toEqual(['meta', 'tiktok'])
    for (const { app, urls, reviewed } of issuerModules.map(({ settings }) => settings)) {
      for (const name of urls)
        expect(environment[name]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[a-z-]+$/)
      expect([environment[app.id], environment[app.secret]].every(Boolean)).toBe(true)
      expect(environment[reviewed]).toBe('true')
    }
    expect(environmentOf({ TIKTOK_AUDITED: '0' }).TIKTOK_APP_AUDITED).toBe('false')
  })

  it('leaves the others as they are', () => {
    const environment = environmentOf({ META_APP_ID: '12', META_APP_SECRET: 'a secret' })
    expect([environment.META_APP_ID, environment.META_GRAPH_URL]).toEqual(['12', undefined])
    expect(environment.TIKTOK_API_URL).toMatch(/\/tiktok-api$/)
  })
})

it('the callbacks of each issuer are registered where the sandbox calls them', () => {
  const at = (path: string) => `https://crates.example/callbacks/${path}`
  expect(callbackSettings(testConfig({ PUBLIC_URL: 'https://crates.example' }))).toEqual({
    deauthorizeUrl: at('meta/deauthorize'),
    dataDeletionUrl: at('meta/data-deletion'),
    tiktokWebhookUrl: at('tiktok'),
  })
})

it('an installation gets an app at a company that the sandbox has learned since, and keeps all other secrets', () => {
  const before = localSecrets(dataDir)
  const path = join(dataDir, 'secrets.json')
  const { tiktokClientKey, tiktokClientSecret, ...older } = before
  writeFileSync(path, JSON.stringify(older))
  const after = localSecrets(dataDir)
  expect(after).toMatchObject(older)
  expect([after.tiktokClientKey, after.tiktokClientSecret].every(Boolean)).toBe(true)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(after)
  expect(localSecrets(dataDir)).toEqual(after)
})
