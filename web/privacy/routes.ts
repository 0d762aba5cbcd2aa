import { markPolicySeen } from '../../db/policy-versions.ts'
import { historyDays, logDays, rules } from '../../db/retention.ts'
import { listLatestSweeps, type Sweep } from '../../db/sweeps.ts'
import { formFields, ownPath, seeOther } from '../answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../env.ts'
import { gatherEvidence } from '../evidence.ts'
import { formats } from '../formats.ts'
import { policyOf } from '../policy.ts'
import type { Renderer } from '../render.ts'
import { requireUser } from '../session.ts'

/** A visit does not cost a query each: what is shown is at most a minute old. */
const freshMs = 60_000

/** promise: L1, L2, L3, L4: the policy, with the terms of db/retention.ts and what the last check of each found. */
export const privacyRoutes = (deps: WebDeps, view: Renderer) => {
  let read: { atMs: number; sweeps: Map<string, Sweep> } | undefined
  const latest = async (): Promise<Map<string, Sweep>> => {
    if (!read || deps.now() - read.atMs > freshMs) read = { atMs: deps.now(), sweeps: await listLatestSweeps(deps.sql) }
    return read.sweeps
  }
  return forUsers
    .createApp()
    .get('/privacy', async (c) => show(c, deps, view, await latest()))
    .post('/privacy/seen', requireUser, async (c) => {
      await markPolicySeen(deps.sql, c.get('user').id, policyOf(deps)[0].version)
      return seeOther(c, ownPath((await formFields(c)).next))
    })
}

const show = (c: AnyContext, deps: WebDeps, view: Renderer, sweeps: Map<string, Sweep>): Response => {
  const fmt = formats('UTC', deps.now())
  const versions = policyOf(deps)
  return view.page(c, 'pages/privacy', {
    rules,
    historyDays,
    logDays,
    keep: Object.fromEntries(rules.map((rule) => [rule.name, rule.keep])),
    evidence: gatherEvidence(sweeps, fmt, deps.now()),
    version: versions[0].version,
    updated: fmt.date(new Date(versions[0].publishedOn)),
    versions,
    contact: deps.config.mail.contact,
    host: new URL(deps.config.publicUrl).host,
  })
}
