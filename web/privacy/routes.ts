import { absoluteDays, idleDays } from '../../db/people/sessions.ts'
import { markPolicySeen } from '../../db/privacy/policy-versions.ts'
import { historyDays, logDays } from '../../db/privacy/retention.ts'
import { listLatestSweeps, type Sweep } from '../../db/privacy/sweeps.ts'
import { formFields, ownPath, seeOther } from '../http/answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireUser } from '../http/session.ts'
import { publicTimes } from '../time/public-times.ts'
import { gatherEvidence } from './evidence.ts'
import { policyOf } from './policy.ts'
import { policyFacts } from './policy-facts.ts'

/** How long results are cached, so that not every visit costs a query. */
const freshMs = 60_000

/**
 * promise: L1, L2, L3, L4: the policy, with the terms from db/privacy/retention.ts and the results
 * of the last checks.
 */
export const privacyRoutes = (deps: WebDeps, view: Renderer) => {
  let read: { atMs: number; sweeps: Map<string, Sweep> } | undefined
  const latest = async (): Promise<Map<string, Sweep>> => {
    if (!read || deps.now() - read.atMs > freshMs)
      read = { atMs: deps.now(), sweeps: await listLatestSweeps(deps.sql) }
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

const show = (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  sweeps: Map<string, Sweep>,
): Response => {
  const times = publicTimes(deps.now())
  const versions = policyOf(deps)
  return view.page(c, 'policy/show', {
    facts: policyFacts(deps.config),
    evidence: gatherEvidence(sweeps, deps.now()),
    times,
    version: versions[0].version,
    updated: times.date(new Date(versions[0].publishedOn)),
    versions,
    historyDays,
    logDays,
    idleDays,
    absoluteDays,
  })
}
