import {
  type ForecastShare,
  type Loss,
  listLosses,
  listSharedAuthorizations,
  listShares,
} from '../../db/privacy/erasure-forecast.ts'
import type { WebDeps } from '../http/env.ts'

/** What deleting an account will do, for the pages that ask for confirmation. promise: E3 */
export type Forecast = {
  going: ForecastShare[]
  staying: (ForecastShare & { loss: Loss | undefined })[]
  /** Authorizations that are not revoked, because someone else uses them too. */
  shared: { label: string; userName: string }[]
}

export const forecastErasure = async (deps: WebDeps, userId: string): Promise<Forecast> => {
  const shares = await listShares(deps.sql, userId)
  const staying = shares.filter((share) => share.stays)
  const ids = staying.map((share) => share.workspaceId)
  const [shared, losses] = await Promise.all([
    listSharedAuthorizations(deps.sql, userId, shares),
    listLosses(deps.sql, userId, ids),
  ])
  return {
    going: shares.filter((share) => !share.stays),
    staying: staying.map((share) => ({
      ...share,
      loss: losses.find((one) => one.workspaceId === share.workspaceId),
    })),
    shared: shared.map(({ issuer, userName }) => ({
      label: deps.platforms.issuers.get(issuer)?.label ?? issuer,
      userName,
    })),
  }
}
