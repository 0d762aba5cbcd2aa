import { folders } from '../../config/folders.ts'
import { historyDays, logDays, rules, standing } from '../../db/privacy/retention.ts'
import { listLatestSweeps } from '../../db/privacy/sweeps.ts'
import { forUsers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireOperator } from '../http/session.ts'
import { gatherEvidence } from './evidence.ts'
import { loadProofs } from './proofs.ts'

/** For operators: every promise with its code, its tests, and the result of its last check here. */
export const promisesRoutes = (deps: WebDeps, view: Renderer) => {
  const proofs = loadProofs(folders.root)
  return forUsers.createApp().get('/promises', requireOperator, async (c) => {
    const evidence = gatherEvidence(await listLatestSweeps(deps.sql), deps.now())
    const all = proofs()
    const abouts = [...new Set(all.map((proof) => proof.about))]
    return view.page(c, 'promises/index', {
      groups: abouts.map((about) => ({
        about,
        proofs: all.filter((proof) => proof.about === about),
      })),
      evidence,
      rules,
      standing,
      historyDays,
      logDays,
    })
  })
}
