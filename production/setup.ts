import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { readCommand, WrongUse } from '../commands/command.ts'
import { line, mailAddress, matching, urlOf } from '../config/values.ts'
import { settingsFile } from '../local/settings.ts'
import { issuerModules } from '../platforms/index.ts'

type Name = 'domain' | 'mail' | 'smtp-url' | 'mail-from' | ForPolicy
type ForPolicy = 'operator' | 'address' | 'hosting' | 'mail-provider'
type Answers = { [name in Name]: string }

const variableOf: { [name in ForPolicy]: string } = {
  operator: 'OPERATOR_NAME',
  address: 'OPERATOR_ADDRESS',
  hosting: 'HOSTING_PROVIDER',
  'mail-provider': 'MAIL_PROVIDER',
}

const questions: {
  name: Name
  ask: string
  check(given: string): string
  fallback?(known: Partial<Answers>): string
}[] = [
  {
    name: 'domain',
    ask: 'The domain of this installation, whose DNS points to this server (social.example.com)',
    check: matching(
      /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'a domain such as social.example.com',
    ),
  },
  {
    name: 'mail',
    ask: 'Your email address, for certificates and for questions about data',
    check: mailAddress,
  },
  {
    name: 'smtp-url',
    ask: 'The mail server (smtps://user:password@mail.example.com)',
    check: urlOf('smtp:', 'smtps:'),
  },
  {
    name: 'mail-from',
    ask: 'The sender of every email',
    check: mailAddress,
    fallback: ({ domain }) => `CrateSocial <no-reply@${domain}>`,
  },
  // These four appear in the public privacy policy.
  {
    name: 'operator',
    ask: 'Legal name of the person or company that runs this installation',
    check: line,
  },
  { name: 'address', ask: 'Their postal address, in one line', check: line },
  {
    name: 'hosting',
    ask: 'Who hosts the server, with its country (Example GmbH, Germany)',
    check: line,
  },
  { name: 'mail-provider', ask: 'Who runs the mail server, with its country', check: line },
]

const { options } = readCommand('setup:production', (command) =>
  command
    .description(
      'Writes the settings that docker compose reads, with new keys. Asks for everything not given as an option. What the privacy policy needs ' +
        'may be filled in later; the server refuses to start without it. Never overwrites a file: with other keys every stored ' +
        'token would be lost.',
    )
    .option('--domain <domain>', 'the domain that people open')
    .option('--mail <address>', 'your email address')
    .option('--smtp-url <url>', 'the mail server')
    .option('--mail-from <sender>', 'the sender of every email')
    .option('--operator <name>', 'the person or company that runs this installation')
    .option('--address <address>', 'their postal address, in one line')
    .option('--hosting <name>', 'who hosts the server, with its country')
    .option('--mail-provider <name>', 'who runs the mail server, with its country')
    .option('--out <file>', 'where to write them', '.env'),
)
const flags: { [name in Name]?: string } = {
  ...options,
  'smtp-url': options.smtpUrl,
  'mail-from': options.mailFrom,
  'mail-provider': options.mailProvider,
}
const path = resolve(options.out)

if (path === settingsFile)
  throw new WrongUse(
    `${path} holds the settings of npm start: production keys would break the local installation.`,
  )
if (existsSync(path))
  throw new Error(
    `${path} already exists and was not changed, because its keys open the stored data.`,
  )
const answers = await ask()
writeFileSync(path, settings(answers), { mode: 0o600, flag: 'wx' })
console.log(
  `Wrote ${path}, readable by you alone. Keep a copy of it away from this server: without VAULT_KEYS no backup can be restored.`,
)
const missing = Object.entries(variableOf).filter(([name]) => answers[name as ForPolicy] === '')
if (missing.length > 0)
  console.log(
    `Fill in ${missing.map(([, variable]) => variable).join(', ')} before the first start: the privacy policy names them.`,
  )
console.log('Next: add your apps at the platforms to it, then docker compose up -d --build')

async function ask(): Promise<Answers> {
  const known: Partial<Answers> = {}
  const terminal = process.stdin.isTTY
    ? createInterface({ input: process.stdin, output: process.stdout })
    : undefined
  try {
    for (const { name, ask, check, fallback } of questions) {
      const suggested = fallback?.(known)
      const given =
        flags[name] ??
        (await terminal?.question(`${ask}${suggested ? ` [${suggested}]` : ''}: `))?.trim()
      const answer = given || suggested
      if (!answer && name in variableOf) {
        known[name] = ''
        continue
      }
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
  const issuers = issuerModules.map(({ settings }) => settings)
  const left = (names: string[]) => names.map((name) => `${name}=`).join('\n')
  return `# Settings of CrateSocial in production, read by docker compose. Secret: keep it, and keep a copy elsewhere.
COMPOSE_PROJECT_NAME=cratesocial
DOMAIN='${answers.domain}'
CONTACT_EMAIL='${answers.mail}'
SMTP_URL='${answers['smtp-url']}'
MAIL_FROM='${answers['mail-from']}'

# What the public privacy policy says about this installation. The server refuses to start when it would be untrue: name a provider for
# everything that does not run on the server itself (STORAGE_PROVIDER, DATABASE_PROVIDER, WORKFLOW_PROVIDER, TRACES_PROVIDER).
OPERATOR_NAME='${answers.operator}'
OPERATOR_ADDRESS='${answers.address}'
HOSTING_PROVIDER='${answers.hosting}'
MAIL_PROVIDER='${answers['mail-provider']}'
# The data protection authority that people can complain to, and the days after which you delete a backup at the latest.
SUPERVISORY_AUTHORITY=
BACKUP_DAYS=30

# The apps at the platforms. Left empty, a platform is off.
${left(issuers.flatMap(({ app, asked }) => [app.id, app.secret, ...asked]))}
# true once the app of the platform is live, or audited: until then pages say what does not work yet.
${left(issuers.map(({ reviewed }) => reviewed))}

# Made up at the setup. VAULT_KEYS opens every stored token: a new key goes in front, the old one stays behind it.
VAULT_KEYS='k1:${randomBytes(32).toString('base64')}'
THROTTLE_KEY='${randomBytes(32).toString('base64url')}'
POSTGRES_PASSWORD='${password()}'
CRATESOCIAL_DB_PASSWORD='${password()}'
TEMPORAL_DB_PASSWORD='${password()}'
`
}
