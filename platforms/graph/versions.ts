import type { Ending } from '../ending.ts'
import type { MetaSettings } from './client.ts'

/**
 * Until when Meta serves each version (fact sheet 7). Null if not announced yet. The newest version
 * comes last.
 */
const endsOn: Record<string, string | null> = {
  'v19.0': '2026-05-21',
  'v20.0': '2026-09-24',
  'v21.0': '2027-01-21',
  'v22.0': '2027-05-20',
  'v23.0': '2027-10-08',
  'v24.0': '2028-02-18',
  'v25.0': '2028-07-29',
  'v26.0': '2028-11-04',
  'v27.0': null,
}

/** The end date of the version that this installation uses. */
export const endingsOf = ({ apiVersion }: Pick<MetaSettings, 'apiVersion'>): Ending[] => {
  const day = endsOn[apiVersion]
  const newest = Object.keys(endsOn).at(-1)
  if (!day) return []
  return [
    {
      what: `Graph API ${apiVersion}`,
      endsOn: day,
      breaks:
        'From then on Meta answers as its oldest version that is left. Whatever that one no longer has fails: publishing, numbers ' +
        'and connecting accounts on Facebook and Instagram.',
      todo: `Set META_API_VERSION to a later version, such as ${newest}, and restart server and worker.`,
    },
  ]
}
