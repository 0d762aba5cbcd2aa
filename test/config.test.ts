import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../config/index.ts'
import { operatorEnv } from './support/programs/operator-env.ts'

const key = Buffer.alloc(32, 1).toString('base64')
const least = {
  DATABASE_URL: 'postgres://db.example.com/cratesocial',
  VAULT_KEYS: `a:${key}`,
  THROTTLE_KEY: 'x'.repeat(32),
  SMTP_URL: 'smtp://mail.example.com',
}
const production = {
  ...least,
  ...operatorEnv,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://social.example.com',
  MAIL_PROVIDER: 'Example Mail GmbH, Germany',
  DATABASE_PROVIDER: 'Example Databases Inc., USA',
}

describe('the configuration', () => {
  test('has a default wherever one makes sense', () => {
    const config = loadConfig(least)
    expect(config).toMatchObject({
      production: false,
      publicUrl: 'http://localhost:3000',
      port: 3000,
    })
    expect(config.issuers.map(({ create }) => create)).toEqual([undefined, undefined])
    expect(config.media.publicUrl).toBe('http://localhost:3000/media')
    expect(loadConfig(production).production).toBe(true)
  })

  test('lists all missing variables at once', () => {
    const names = problems({}).map((problem) => problem.split(' ')[0])
    expect(names).toEqual(['DATABASE_URL', 'VAULT_KEYS', 'THROTTLE_KEY', 'SMTP_URL'])
  })

  test('treats an empty variable as not set', () => {
    const { port, issuers } = loadConfig({
      ...least,
      META_APP_ID: '',
      META_APP_SECRET: '',
      PORT: '',
    })
    expect([port, issuers.map(({ create }) => create)]).toEqual([3000, [undefined, undefined]])
  })

  test('reads a secret from a file, and refuses one that is set in two places', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cratesocial-config-'))
    const file = join(folder, 'keys')
    writeFileSync(file, `b:${key},a:${key}\n`)
    const { VAULT_KEYS: _, ...rest } = least
    expect(loadConfig({ ...rest, VAULT_KEYS_FILE: file }).vaultKeys.map(({ id }) => id)).toEqual([
      'b',
      'a',
    ])
    expect(problems({ ...least, VAULT_KEYS_FILE: file })).toEqual([
      'VAULT_KEYS and VAULT_KEYS_FILE are both set; keep one of them.',
    ])
    expect(problems({ ...rest, VAULT_KEYS_FILE: join(folder, 'none') })[0]).toMatch(
      /^VAULT_KEYS cannot be read: VAULT_KEYS_FILE names .*ENOENT/,
    )
    rmSync(folder, { recursive: true })
  })

  test('names a special character in a password, without the password', () => {
    for (const password of ['a#hunter2', 'a/hunter2', 'a?hunter2', '5%hunter2']) {
      const [problem = '', ...more] = problems({
        ...least,
        SMTP_URL: `smtps://me:${password}@mail.example.com`,
      })
      expect([more, problem]).toEqual([
        [],
        expect.stringMatching(/^SMTP_URL has a special character .*# as %23, .*% as %25\.$/),
      ])
    }
    expect(problems({ ...least, SMTP_URL: 'smtps://me:a%23hunter2@mail.example.com' })).toEqual([])
  })

  test('never includes a secret in its error messages', () => {
    const secrets = {
      ...least,
      DATABASE_URL: 'mysql://root:hunter2@db',
      VAULT_KEYS: 'a:aHVudGVyMg==',
      THROTTLE_KEY: 'hunter2',
      SMTP_URL: 'hunter2',
    }
    expect(problems(secrets)).toHaveLength(4)
    expect(problems(secrets).join()).not.toMatch(/hunter2|aHVudGVyMg/)
  })

  test("reads Temporal's address from a profile in a file, which variables override", () => {
    const folder = mkdtempSync(join(tmpdir(), 'cratesocial-config-'))
    const file = join(folder, 'temporal.toml')
    writeFileSync(
      file,
      '[profile.cloud]\naddress = "cloud.example.com:7233"\nnamespace = "music"\napi_key = "k"\n',
    )
    const env = {
      ...least,
      TEMPORAL_CONFIG_FILE: file,
      TEMPORAL_PROFILE: 'cloud',
      TEMPORAL_NAMESPACE: 'other',
    }
    expect(loadConfig(env).temporal).toMatchObject({
      address: 'cloud.example.com:7233',
      namespace: 'other',
      apiKey: 'k',
      tls: true,
    })
    expect(problems({ ...env, TEMPORAL_PROFILE: 'none' })).toEqual([
      "The settings of Temporal cannot be used: Profile 'none' not found in config data.",
    ])
    writeFileSync(file, '[profile.cloud]\napi_key = "hunter2\n')
    expect(problems(env)).toHaveLength(1)
    expect(problems(env).join()).not.toContain('hunter2')
    writeFileSync(file, '[profile.cloud]\napi_kee = "k"\n')
    expect(problems(env)).toEqual([
      expect.stringContaining('key(s) unrecognized in profile.cloud: api_kee'),
    ])
    rmSync(folder, { recursive: true })
  })

  test('sends spans only if a collector is set, with the headers that it requires', () => {
    expect(loadConfig({ ...least, OTEL_EXPORTER_OTLP_ENDPOINT: '' }).tracing).toBeUndefined()
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector.example.com:4318/'
    const given = {
      ...least,
      OTEL_EXPORTER_OTLP_ENDPOINT,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20a=b, x-team = c',
    }
    expect(loadConfig(given).tracing).toEqual({
      endpoint: 'http://collector.example.com:4318',
      headers: { authorization: 'Bearer a=b', 'x-team': 'c' },
    })
    expect(problems({ ...given, OTEL_EXPORTER_OTLP_HEADERS: 'a=b,hunter2' })).toEqual([
      'OTEL_EXPORTER_OTLP_HEADERS must be name=value, comma separated; entry 2 is not.',
    ])
    expect(problems({ ...given, OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz' })).toHaveLength(1)
  })

  test.each([
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535.'],
    [
      { PUBLIC_URL: 'http://social.example.com' },
      'PUBLIC_URL must be https:// unless it is localhost: browsers keep the session cookie only there.',
    ],
    [
      { PUBLIC_URL: 'https://example.com/social' },
      'PUBLIC_URL must be an origin such as https://social.example.com, without a path.',
    ],
    [
      { META_APP_ID: '1' },
      'META_APP_ID and META_APP_SECRET must be set together; one of them is missing.',
    ],
    [
      { TIKTOK_CLIENT_SECRET: '1' },
      'TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET must be set together; one of them is missing.',
    ],
    [
      { TRUSTED_PROXIES: '10.0.0.0/8, 10.0.0.0/33' },
      'TRUSTED_PROXIES has "10.0.0.0/33", which is neither an address nor a range such as 10.0.0.0/8.',
    ],
    [
      { TEMPORAL_TLS_CLIENT_CERT_DATA: 'x' },
      'The settings of Temporal need a client certificate and its key together; one is missing.',
    ],
    [
      { TEMPORAL_TLS_CLIENT_KEY_DATA: 'x', TEMPORAL_TLS_CLIENT_KEY_PATH: '/x' },
      'The settings of Temporal cannot be used: Cannot specify both client_key_path and client_key_data.',
    ],
    [
      { TEMPORAL_API_KEY: 'x', TEMPORAL_TLS: 'false' },
      'The settings of Temporal would send the API key in the clear: TLS is switched off.',
    ],
    [
      { TEMPORAL_CONFIG_FILE: '/nowhere.toml' },
      'The settings of Temporal cannot be read: TEMPORAL_CONFIG_FILE names /nowhere.toml, ENOENT.',
    ],
    [
      { TEMPORAL_PROFILE: 'x' },
      'The settings of Temporal name TEMPORAL_PROFILE without TEMPORAL_CONFIG_FILE, which holds it.',
    ],
    [{ VAULT_KEYS: `a:${key},a:${key}` }, 'VAULT_KEYS uses an id twice.'],
    [{ DATABASE_PREPARE: 'yes' }, 'DATABASE_PREPARE must be one of true, false, not "yes".'],
    [
      { MAIL_FROM: 'nobody' },
      'MAIL_FROM must be a mail address such as "Name <name@example.com>", not "nobody".',
    ],
  ])('refuses %o', (env, problem) => {
    expect(problems({ ...least, ...env })).toEqual([problem])
  })

  test('is strict in production: it requires https, and the real platforms unless configured otherwise', () => {
    expect(problems({ ...production, PUBLIC_URL: 'http://localhost:3000' })).toEqual([
      'PUBLIC_URL must start with https:// in production.',
    ])
    const sandbox = {
      ...production,
      META_GRAPH_URL: 'http://127.0.0.1:3030/graph',
      TIKTOK_API_URL: 'http://127.0.0.1:3030/tiktok-api',
    }
    expect(problems(sandbox)).toEqual([
      'META_GRAPH_URL, TIKTOK_API_URL must be the real platform in production. To allow another, set ALLOW_LOCAL_PLATFORMS=true.',
    ])
    expect(problems({ ...sandbox, ALLOW_LOCAL_PLATFORMS: 'true' })).toEqual([])
  })

  test('promise L4: does not start production until the privacy policy can name the operator and the hosting provider', () => {
    const nobody = {
      ...production,
      OPERATOR_NAME: '',
      OPERATOR_ADDRESS: '',
      HOSTING_PROVIDER: '',
      CONTACT_EMAIL: '',
    }
    expect(problems(nobody).map((problem) => problem.split(' ')[0])).toEqual([
      'OPERATOR_NAME',
      'OPERATOR_ADDRESS',
      'HOSTING_PROVIDER',
      'CONTACT_EMAIL',
    ])
    expect(
      problems({ ...production, CONTACT_EMAIL: '', PUBLIC_URL: 'https://app.cratesocial.net' }),
    ).toEqual([])
    expect(loadConfig(least).operator, 'elsewhere nothing of it is needed').toMatchObject({
      name: undefined,
      backupDays: 30,
    })
  })

  test.each([
    [{ MAIL_PROVIDER: '' }, 'MAIL_PROVIDER'],
    [{ DATABASE_PROVIDER: '' }, 'DATABASE_PROVIDER'],
    [{ MEDIA_URL: 's3://bucket/folder' }, 'STORAGE_PROVIDER'],
    [{ MEDIA_URL: 's3://bucket', S3_ENDPOINT: 'https://storage.example.com' }, 'STORAGE_PROVIDER'],
    [{ MEDIA_PUBLIC_URL: 'https://cdn.example.net/media' }, 'STORAGE_PROVIDER'],
    [{ STORAGE_PROVIDER: 'Example Storage Inc., USA' }, 'STORAGE_PROVIDER'],
    [
      { TEMPORAL_ADDRESS: 'music.a1b2c.tmprl.cloud:7233', TEMPORAL_API_KEY: 'k' },
      'WORKFLOW_PROVIDER',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.example.com' }, 'TRACES_PROVIDER'],
    [{ TRACES_PROVIDER: 'Example Traces Inc., USA' }, 'TRACES_PROVIDER'],
  ])(
    'promise S5: refuses %o in production, because the privacy policy would be untrue',
    (env, variable) => {
      expect(problems({ ...production, ...env }).map((problem) => problem.split(' ')[0])).toEqual([
        variable,
      ])
      expect(problems({ ...least, ...env })).toEqual([])
    },
  )

  test.each([
    { SMTP_URL: 'smtp://mail:25', MAIL_PROVIDER: '' },
    { DATABASE_URL: 'postgres://10.1.2.3/cratesocial', DATABASE_PROVIDER: '' },
    { MEDIA_URL: 's3://bucket', S3_ENDPOINT: 'http://minio:9000' },
    { TEMPORAL_ADDRESS: '[fd00::7]:7233' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.internal:4318' },
    { MEDIA_URL: 's3://bucket', STORAGE_PROVIDER: 'Example Storage Inc., USA' },
  ])('promise S5: accepts %o, because it is on this network or a provider is named', (env) => {
    expect(problems({ ...production, ...env })).toEqual([])
  })

  test("reads the operator's own terms from a file, and says if it cannot be read", () => {
    const folder = mkdtempSync(join(tmpdir(), 'cratesocial-config-'))
    writeFileSync(join(folder, 'terms.txt'), 'Be kind.\n')
    expect(loadConfig({ ...least, TERMS_FILE: join(folder, 'terms.txt') }).operator.terms).toBe(
      'Be kind.\n',
    )
    expect(problems({ ...least, TERMS_FILE: join(folder, 'none') })[0]).toMatch(
      /^TERMS_FILE names .*, which cannot be read\.$/,
    )
    rmSync(folder, { recursive: true })
  })
})

function problems(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).problems
  }
}
