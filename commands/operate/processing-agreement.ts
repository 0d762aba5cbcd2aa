import type { PolicyFacts } from '../../web/privacy/policy-facts.ts'
import { platformsOf } from './platforms-of.ts'

/**
 * The text of a data processing agreement between the operator and the business behind a workspace
 * (GDPR Art. 28(3)).
 */
export const agreement = (facts: PolicyFacts): string => `# Data processing agreement

Between the business named below ("you"), who decides what happens with the content and the connected accounts of its workspace, and
${facts.operator}${facts.address ? `, ${facts.address}` : ''} ("we"), who operates CrateSocial at ${facts.host}. This is a starting point. Have it checked before you sign it.

1. **Subject and duration.** We process personal data for you to schedule, publish and measure posts, as long as your workspace exists.
2. **Data and people.** The record of processing above lists the data, its purpose and its term. The people concerned are your members, the
   people who connect accounts for you, and people in what you publish.
3. **Your instructions.** We process the data only as you direct us to: through CrateSocial, and otherwise in writing. If we think that an
   instruction breaks the law, we tell you. We don't use the data for purposes of our own and don't sell it.
4. **Confidentiality.** Everyone who has access to the server is bound to confidentiality.
5. **Security.** We keep the technical and organizational measures above, and may improve them.
6. **Other processors.** You agree to these: ${facts.recipients.map(({ name, does }) => `${name} (${does})`).join('; ') || 'none are named'}. Before we add or
   replace one, we tell you, so that you can object. We bind each of them to the same duties. ${platformsOf(facts)} receive your posts because you
   direct us to publish there; they are responsible for what they do with them.
7. **Rights of people.** We help you answer people who use their rights. Export, correction and deletion are part of CrateSocial. We forward
   requests that reach us, so that they can be answered within ${facts.answerWithin}.
8. **Breaches.** We tell you about a breach that concerns your data without undue delay and at the latest 24 hours after we learn of it, with
   what we know, so that you can tell the authority within ${facts.breachHours} hours.
9. **End.** You can export your data at any time. When your workspace is deleted, its data is deleted; backups follow after at most
   ${facts.backupDays} days.
10. **Proof.** We show you what you need to see that we keep this agreement, and allow audits with reasonable notice.

| | You | ${facts.operator} |
|---|---|---|
| Name | | |
| Place, date | | |
| Signature | | |`
