import type { GraphCall } from './call.ts'
import { NotSimulated, refuse } from './refusal.ts'

const rootIdsEndOn = '2026-10-27'
const closedToNewAppsOn = '2026-11-04'
const lastVersionWithIds = 27

/**
 * Features that Meta closed for new apps on Nov 4, 2026, on every version (fact sheet 4.6 and 7):
 * multi-ID requests, `method=`, field aliases, `date_format` and JSONP. The error code is not
 * published, so it is a setting.
 * @throws GraphRefusal for a closed feature, NotSimulated if an older app may still use it
 */
export function refuseClosedFeatures(call: GraphCall): void {
  const { parameters } = call
  if (parameters.raw('ids') !== undefined) refuseIds(call)
  const name = ['method', 'date_format', 'callback'].find(
    (one) => parameters.raw(one) !== undefined,
  )
  if (name) refuseForNewApps(call, `the parameter ${name}`)
  if (/\.as\(/.test(parameters.text('fields') ?? ''))
    refuseForNewApps(call, 'the field alias .as()')
}

/** For older apps, only `GET /insights?ids=` and `GET /video_insights?ids=` are simulated. */
function refuseIds(call: GraphCall): void {
  const isRoot = /^(\/v\d+\.\d+)?\/?$/.test(call.graphPath)
  if (isRoot && (today(call) >= rootIdsEndOn || Number(call.version.slice(1)) >= 26))
    throw closed(call)
  if (isNewApp(call) || Number(call.version.slice(1)) > lastVersionWithIds) throw closed(call)
  if (!/\/(video_)?insights$/.test(call.graphPath))
    throw new NotSimulated('ids= of an app from before 4 November 2026')
}

export function refuseForNewApps(call: GraphCall, feature: string): void {
  if (isNewApp(call)) throw closed(call)
  throw new NotSimulated(`${feature} of an app from before 4 November 2026`)
}

const isNewApp = ({ meta }: GraphCall): boolean =>
  meta.settings.metaAppCreatedOn >= closedToNewAppsOn

const today = ({ meta }: GraphCall): string =>
  new Date(meta.world.clock.now()).toISOString().slice(0, 10)

const closed = ({ meta }: GraphCall) => {
  const code = meta.settings.closedFeatureCode
  return refuse.general(
    code,
    undefined,
    `(#${code}) This feature is no longer available to this app.`,
  )
}
