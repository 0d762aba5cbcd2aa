import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { setup, writtenSettings } from '../support/programs/production-settings.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let settings: string
let folder: string
beforeAll(async () => {
  settings = await writtenSettings()
  folder = dirname(settings)
})

describe('npm run setup:production', () => {
  it('never overwrites a file, and makes it readable only for its owner', async () => {
    const before = await readFile(settings, 'utf8')
    await expect(setup('--out', settings, '--domain', 'other.example.com')).rejects.toThrow(
      'was not changed',
    )
    expect(await readFile(settings, 'utf8')).toBe(before)
    expect((await stat(settings)).mode & 0o777).toBe(0o600)
  })

  it('does not write into the settings of npm start', async () => {
    const answer = setup(
      '--out',
      '.env.local',
      '--domain',
      'b.example.com',
      '--mail',
      'o@example.com',
      '--smtp-url',
      'smtp://m',
    )
    await expect(answer).rejects.toThrow('production keys would break the local installation')
    await expect(stat(join(root, '.env.local'))).rejects.toThrow('ENOENT')
  })

  it("reports a special character in the mail server's password, and how to write it", async () => {
    const path = join(folder, 'special.env')
    const known = [
      '--out',
      path,
      '--domain',
      'b.example.com',
      '--mail',
      'o@example.com',
      '--smtp-url',
    ]
    for (const url of [
      'smtps://me:pa#ss@mail.example.com',
      'smtps://me:pa/ss@mail.example.com',
      'smtps://me:100%@mail.example.com',
    ])
      await expect(setup(...known, url)).rejects.toThrow(
        '--smtp-url has a special character in its user name or password; write # as %23',
      )
    await setup(...known, 'smtps://me:pa%23ss@mail.example.com')
    expect(await readFile(path, 'utf8')).toContain("SMTP_URL='smtps://me:pa%23ss@mail.example.com'")
  })

  it('creates different secrets each time', async () => {
    const other = join(folder, 'other.env')
    await setup(
      '--out',
      other,
      '--domain',
      'b.example.com',
      '--mail',
      'ops@example.com',
      '--smtp-url',
      'smtp://m.example.com',
    )
    const [one, two] = [settings, other].map(async (path) => parseEnv(await readFile(path, 'utf8')))
    const secrets = [
      'VAULT_KEYS',
      'THROTTLE_KEY',
      'POSTGRES_PASSWORD',
      'CRATESOCIAL_DB_PASSWORD',
      'TEMPORAL_DB_PASSWORD',
    ]
    for (const name of secrets) expect((await one)?.[name]).not.toBe((await two)?.[name])
    const made = await one
    expect(new Set(secrets.map((name) => made?.[name])).size).toBe(secrets.length)
  })

  it('says what is missing or wrong, and writes nothing', async () => {
    const path = join(folder, 'wrong.env')
    await expect(setup('--out', path)).rejects.toThrow('--domain is missing')
    await expect(setup('--out', path, '--domain', 'http://x')).rejects.toThrow(
      '--domain must be a domain such as',
    )
    await expect(
      setup('--out', path, '--domain', 'a.example.com', '--mail', 'nobody'),
    ).rejects.toThrow('--mail must be a mail address')
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })
})
