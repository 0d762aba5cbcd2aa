import type { Config } from '../../config/index.ts'
import { revocationDays } from '../../db/channels/revocations.ts'
import type { Kept } from '../../db/privacy/kept/kept.ts'
import { keptData, termWords } from '../../db/privacy/kept/kept-data.ts'
import { bookkeeping, platformData } from '../../db/privacy/kept/kept-platform-data.ts'
import { rules } from '../../db/privacy/retention.ts'
import type { Rule } from '../../db/privacy/retention-rules/rule.ts'
import type { IssuerPolicy, Scope } from '../../platforms/policy.ts'

/**
 * Everything that the public pages and the record of processing say about this installation,
 * collected from the configuration, the retention rules, the lists of stored data and the
 * permissions that the code requests. All of them use these facts, so they can't contradict each
 * other.
 */
export type PolicyFacts = ReturnType<typeof policyFacts>

/** GDPR Art. 12(3). */
const answerWithin = 'one month'
/** GDPR Art. 33(1): the deadline for notifying the authority. */
const breachHours = 72

type Installation = Pick<Config, 'publicUrl' | 'operator' | 'mail' | 'production' | 'issuers'>

export const policyFacts = (config: Installation) => {
  const { operator, mail, publicUrl } = config
  return {
    host: new URL(publicUrl).host,
    operator: operator.name ?? 'the operator of this installation',
    /** The same for the beginning of a sentence. */
    operatorFirst: operator.name ?? 'The operator of this installation',
    address: operator.address ?? null,
    contact: mail.contact,
    authority: operator.authority ?? null,
    hosting: operator.providers.hosting ?? null,
    recipients: recipientsOf(operator.providers),
    backupDays: operator.backupDays,
    revocationDays,
    answerWithin,
    breachHours,
    keep: Object.fromEntries(rules.map((rule) => [rule.name, rule.keep])) as Record<string, string>,
    groups: groups.map((group) => ({
      ...group,
      items: keptData.filter((item) => item.group === group.id).map(asPrinted),
    })),
    issuers: config.issuers.map(({ policy }) => asSection(policy)),
    named: platformsNamed(config),
    otherRules: rules.filter(isTechnical),
    bookkeeping,
  }
}

/** The platforms and issuers as sentences of public pages name them, such as "Meta and TikTok". */
export const platformsNamed = ({ issuers }: Pick<Config, 'issuers'>) => {
  const platforms = issuers.flatMap(({ policy }) => policy.platforms)
  return {
    issuers: listed(issuers.map(({ policy }) => policy.label)),
    platforms: listed(platforms.map(({ label }) => label)),
    accounts: listed(platforms.map(({ accounts }) => accounts)),
    /** Those that fetch uploaded files from us. */
    fetching: listed(
      platforms.filter(({ fetchesMedia }) => fetchesMedia).map(({ label }) => label),
    ),
  }
}

/** `a, b and c` */
function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

const groups = [
  {
    id: 'account',
    title: 'Account data',
    about: 'what you give us when you accept an invitation, and what you set later',
  },
  { id: 'sessions', title: 'Session data', about: 'what keeps you signed in' },
  { id: 'content', title: 'Content', about: 'what you and your team write and upload' },
] as const

const asPrinted = (item: Kept) => ({ ...item, term: termWords(item.kept) })

const recipientRoles = {
  hosting: 'hosts the server that everything runs on',
  mail: 'delivers the emails that we send you',
  storage: 'stores or serves uploaded photos and videos',
  database: 'runs the database',
  workflows:
    'runs Temporal, which drives scheduled work; it sees ids and times, and everything else encrypted',
  traces: 'receives technical traces: ids, durations and error types, no content',
} as const

const recipientsOf = (
  providers: Config['operator']['providers'],
): { name: string; does: string }[] =>
  Object.entries(recipientRoles).flatMap(([role, does]) => {
    const name = providers[role as keyof typeof recipientRoles]
    return name ? [{ name, does }] : []
  })

/** A table of permissions and a table of stored data for each issuer. promise: L2 */
const asSection = (policy: IssuerPolicy) => ({
  ...policy,
  scopes: policy.scopes.map((scope) => ({ ...scope, kept: keptOf(scope) })),
  stored: platformData
    .filter((item) => item.id in policy.stored)
    .map((item) => ({ ...asPrinted(item), what: policy.stored[item.id] ?? item.what })),
})

const keptOf = ({ gives }: Scope): string => {
  const months = rules.find(({ name }) => name === 'snapshots')?.keep ?? ''
  return {
    account: 'Until you delete the account; the picture until you disconnect',
    posts: 'As long as the post',
    numbers: months,
  }[gives]
}

/** Rules for technical records: all except the four public terms. */
const isTechnical = (rule: Rule): boolean => !/^R\d$/.test(rule.promise ?? '')
