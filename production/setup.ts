import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { mailAddress, matching, urlOf } from '../config-values.ts'

/**
 * `npm run setup:production [-- --domain … --mail … --smtp-url … --mail-from … --out .env]`: writes the settings that docker-compose.yml
 * reads, with secrets made up here. Asks for what no flag tells. Never overwrites: a new vault key would lose every stored token.
 */
type Answers = { domain: string; mail: string; 'smtp-url': string; 'mail-from': string }

const questions: {
  name: keyof Answers
  ask: string
  check(given: string): string
  fallback?(known: Partial<Answers>): string
}[] = [
  {
    name: 'domain',
    ask: 'The domain that people will open, whose DNS points to this server (social.example.com)',
    check: matching(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain such as social.example.com'),
  },
  { name: 'mail', ask: 'Your mail address: for certificates, and for questions about data', check: mailAddress },
  { name: 'smtp-url', ask: 'The mail server (smtps://user:password@mail.example.com)', check: urlOf('smtp:', 'smtps:') },
  {
    name: 'mail-from',
    ask: 'The sender of every mail',
    check: mailAddress,
    fallback: ({ domain }) => `CrateSocial <no-reply@${domain}>`,
  },
]

const text = { type: 'string' as const }
const { values: flags } = parseArgs({
  options: { domain: text, mail: text, 'smtp-url': text, 'mail-from': text, out: { ...text, default: '.env' } },
})
const path = resolve(flags.out)

try {
  if (existsSync(path)) throw new Error(`${path} is there already and stays as it is: its keys open what is stored.`)
  const answers = await ask()
  writeFileSync(path, settings(answers), { mode: 0o600, flag: 'wx' })
  console.log(
    `Wrote ${path}, readable by you alone. Keep a copy of it away from this server: without VAULT_KEYS no backup can be restored.`,
  )
  console.log('Next: add your apps at the platforms to it, then docker compose up -d --build')
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function ask(): Promise<Answers> {
  const known: Partial<Answers> = {}
  const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stdout }) : undefined
  try {
    for (const { name, ask, check, fallback } of questions) {
      const suggested = fallback?.(known)
      const given = flags[name] ?? (await terminal?.question(`${ask}${suggested ? ` [${suggested}]` : ''}: `))?.trim()
      const answer = given || suggested
      if (!answer) throw new Error(`--${name} is missing: ${ask}.`)
      known[name] = checked(name, answer, check)
    }
  } finally {
    terminal?.close()
  }
  return known as Answers
}

function checked(name: string, given: string, check: (given: string) => string): string {
  if (/['\n]/.test(given)) throw new Error(`--${name} must not contain a quote; write it as %27.`)
  try {
    return check(given)
  } catch (error) {
    throw new Error(`--${name} ${(error as Error).message}.`)
  }
}

function settings(answers: Answers): string {
  const password = () => randomBytes(24).toString('hex')
  return `# Settings of CrateSocial in production, read by docker compose. Secret: keep it, and keep a copy elsewhere.
COMPOSE_PROJECT_NAME=cratesocial
DOMAIN='${answers.domain}'
CONTACT_EMAIL='${answers.mail}'
SMTP_URL='${answers['smtp-url']}'
MAIL_FROM='${answers['mail-from']}'

# The apps at the platforms. Left empty, a platform is off.
META_APP_ID=
META_APP_SECRET=
META_CONFIG_ID=
TIKTOK_CLIENT_KEY=
TIKTOK_CLIENT_SECRET=

# Made up at the setup. VAULT_KEYS opens every stored token: a new key goes in front, the old one stays behind it.
VAULT_KEYS='k1:${randomBytes(32).toString('base64')}'
THROTTLE_KEY='${randomBytes(32).toString('base64url')}'
POSTGRES_PASSWORD='${password()}'
TEMPORAL_DB_PASSWORD='${password()}'
`
}
