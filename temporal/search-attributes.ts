import type { Connection } from '@temporalio/client'
import type { Logger } from 'pino'
import { searchAttributes } from '../workflows/names.ts'

const keyword = 2 // temporal.api.enums.v1.IndexedValueType
/** How long a cluster may cache the list of search attributes. */
export const knownAfterMs = 90_000

type Deps = { connection: Connection; namespace: string; log: Logger; now: () => number }

/**
 * Adds our search attributes to the namespace. The returned function says whether workflows may set
 * them yet, because an attribute that the cluster doesn't know blocks the workflow. If they can't
 * be added (on Temporal Cloud only its own tool can), it returns false until the next start;
 * everything else works.
 */
export const ensureSearchAttributes = async ({
  connection,
  namespace,
  log,
  now,
}: Deps): Promise<() => boolean> => {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    })
    const missing = searchAttributes.filter((name) => customAttributes?.[name] === undefined)
    const wrong = searchAttributes.filter(
      (name) => ![undefined, keyword].includes(customAttributes?.[name] as number),
    )
    if (wrong.length > 0) throw new Error(`not of type Keyword: ${wrong.join(', ')}`)
    if (missing.length === 0) return () => true
    const added = Object.fromEntries(missing.map((name) => [name, keyword]))
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: added })
    const knownFrom = now() + knownAfterMs
    return () => now() >= knownFrom
  } catch (error) {
    log.warn(
      { err: error },
      'workflows go without search attributes: the cluster does not have them',
    )
    return () => false
  }
}
