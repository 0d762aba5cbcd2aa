import { historyDays, logDays } from '../../db/privacy/retention.ts'
import { type PolicyFacts, policyFacts } from '../../web/privacy/policy-facts.ts'
import type { OperateDeps } from './command.ts'
import { platformsOf } from './platforms-of.ts'
import { agreement } from './processing-agreement.ts'
import type { Answer } from './table.ts'

/**
 * The record of processing (GDPR Art. 30) and a data processing agreement (Art. 28) as Markdown.
 * They use the same facts as the privacy policy: the lists of stored data, the retention rules, the
 * permissions in the code, and this installation's settings.
 */
export const showProcessingRecord = async ({ config }: OperateDeps): Promise<Answer> => {
  const facts = policyFacts(config)
  const parts = [
    head(facts),
    ...facts.groups.map(ofGroup),
    ...facts.issuers.map(ofIssuer),
    terms(facts),
    recipients(facts),
    measures,
  ]
  return { words: `${[...parts, agreement(facts)].join('\n\n')}\n` }
}

const head = (facts: PolicyFacts): string => `# Record of processing: CrateSocial at ${facts.host}

- Controller for accounts and sessions, processor for the content and the connected accounts of workspaces: ${facts.operator}${facts.address ? `, ${facts.address}` : ''}
- Contact: ${facts.contact}
- Supervisory authority: ${facts.authority ?? 'not set (SUPERVISORY_AUTHORITY)'}
- People concerned: members of workspaces; people who connect social accounts; people in uploaded photos, videos and texts
- Purpose of the whole: scheduling, publishing and measuring posts on social accounts that the workspaces own or administer`

type Row = { what: string; why: string; term: string; columns: string[] }

const ofGroup = (group: PolicyFacts['groups'][number]): string =>
  `## ${group.title}\n\n${table(group.items)}`

const ofIssuer = (issuer: PolicyFacts['issuers'][number]): string => {
  const scopes = issuer.scopes.map(({ name, purpose }) => `- \`${name}\`: ${purpose}`)
  return `## Data from ${issuer.label}\n\nPermissions:\n${scopes.join('\n')}\n\n${table(issuer.stored)}`
}

const table = (rows: Row[]): string =>
  [
    '| Data | Purpose | Kept | Stored in |',
    '|---|---|---|---|',
    ...rows.map(
      ({ what, why, term, columns }) => `| ${what} | ${why} | ${term} | ${columns.join(', ')} |`,
    ),
  ].join('\n')

const terms = (facts: PolicyFacts): string => `## Other terms

| Record | Kept |
|---|---|
${facts.otherRules.map(({ what, keep, after }) => `| ${what} | ${keep} after ${after} |`).join('\n')}
| Histories of workflows that have ended | ${historyDays} days |
| Logs of the programs | ${logDays} days |
| Backups | at most ${facts.backupDays} days |`

const recipients = (facts: PolicyFacts): string => `## Recipients

- ${platformsOf(facts)}: the posts that people direct us to publish, and the requests that this takes
${facts.recipients.map(({ name, does }) => `- ${name}: ${does}`).join('\n') || '- Nobody else is named in the settings of this installation'}

For each recipient outside of your country, add the basis of the transfer here: an adequacy decision or standard contractual clauses.`

/**
 * The measures of every installation. The code implements them, and tests of the named promises
 * prove it.
 */
const measures = `## Technical and organizational measures

- Platform tokens are encrypted with AES-256-GCM, bound to their row and column; the keys are not in the database or in backups (S1)
- Passwords are stored as Argon2id hashes only (A5); sign-in is limited and locks (A6)
- HTTPS only (S2); one session cookie, Secure and HttpOnly (A7); a strict content security policy, nothing loaded from elsewhere (A8)
- Tokens, texts and addresses never reach a log, an error or a workflow history (S3); the database log quotes no rows
- Every query is limited to one workspace; every route has a test of who may not use it
- Deletion, retention and encryption are checked every night, with the result on the privacy page
- Access to the server only for the operator (S4); backups hold tokens only encrypted, and the operator deletes them by their term`
