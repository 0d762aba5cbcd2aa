import { historyDays, logDays, rules, standing } from '../../db/retention.ts'
import { listLatestSweeps } from '../../db/sweeps.ts'
import { forUsers, type WebDeps } from '../env.ts'
import { gatherEvidence } from '../evidence.ts'
import { formats } from '../formats.ts'
import { loadProofs } from '../proofs.ts'
import type { Renderer } from '../render.ts'
import { requireOperator } from '../session.ts'

/** For operators: every promise, the code that keeps it, the tests that prove it, and what its last check found here. */
export const promisesRoutes = (deps: WebDeps, view: Renderer) => {
  const proofs = loadProofs(new URL('../../', import.meta.url).pathname)
  return forUsers.createApp().get('/promises', requireOperator, async (c) => {
    const evidence = gatherEvidence(await listLatestSweeps(deps.sql), formats('UTC', deps.now()), deps.now())
    const all = proofs()
    const abouts = [...new Set(all.map((proof) => proof.about))]
    return view.page(c, 'promises/index', {
      groups: abouts.map((about) => ({ about, proofs: all.filter((proof) => proof.about === about) })),
      evidence,
      rules,
      standing,
      historyDays,
      logDays,
    })
  })
}
