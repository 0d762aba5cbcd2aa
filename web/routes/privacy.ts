import { rules } from '../../db/retention.ts'
import { listLatestSweeps, type Sweep } from '../../db/sweeps.ts'
import { forAnyone, type WebDeps } from '../env.ts'
import { gatherEvidence } from '../evidence.ts'
import { formats } from '../formats.ts'
import { policyNow, policyVersions } from '../policy.ts'
import type { Renderer } from '../render.ts'

/** A visit does not cost a query each: what is shown is at most a minute old. */
const freshMs = 60_000

/** promise: L1, L2, L4: the policy, with the terms of db/retention.ts and what the last check of each found. */
export const privacyRoutes = (deps: WebDeps, view: Renderer) => {
  let read: { atMs: number; sweeps: Map<string, Sweep> } | undefined
  const latest = async (): Promise<Map<string, Sweep>> => {
    if (!read || deps.now() - read.atMs > freshMs) read = { atMs: deps.now(), sweeps: await listLatestSweeps(deps.sql) }
    return read.sweeps
  }
  return forAnyone.createApp().get('/privacy', async (c) => {
    const fmt = formats('UTC', deps.now())
    const evidence = gatherEvidence(await latest(), fmt, deps.now())
    const keep = Object.fromEntries(rules.map((rule) => [rule.name, rule.keep]))
    const updated = fmt.date(new Date(policyNow.publishedOn))
    const host = new URL(deps.config.publicUrl).host
    return view.page(c, 'pages/privacy', {
      rules,
      keep,
      evidence,
      version: policyNow.version,
      updated,
      versions: policyVersions,
      contact: deps.config.mail.contact,
      host,
    })
  })
}
