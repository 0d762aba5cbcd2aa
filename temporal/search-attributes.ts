import type { Connection } from '@temporalio/client'
import type { Logger } from 'pino'
import { searchAttributes } from '../workflows/names.ts'

const keyword = 2 // temporal.api.enums.v1.IndexedValueType
/** A cluster keeps what it knows of them for a minute. */
export const knownAfterMs = 90_000

type Deps = { connection: Connection; namespace: string; log: Logger; now: () => number }

/**
 * Makes our search attributes known to the namespace. What it returns says whether workflows may set them by now: a key that the
 * cluster does not know stops the workflow that sets it. Where they cannot be made (Temporal Cloud: by hand, with its own tool), it
 * stays at no until the next start, and everything else works.
 */
export const ensureSearchAttributes = async ({ connection, namespace, log, now }: Deps): Promise<() => boolean> => {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    const missing = searchAttributes.filter((name) => customAttributes?.[name] === undefined)
    const wrong = searchAttributes.filter((name) => ![undefined, keyword].includes(customAttributes?.[name] as number))
    if (wrong.length > 0) throw new Error(`not of type Keyword: ${wrong.join(', ')}`)
    if (missing.length === 0) return () => true
    const added = Object.fromEntries(missing.map((name) => [name, keyword]))
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: added })
    const knownFrom = now() + knownAfterMs
    return () => now() >= knownFrom
  } catch (error) {
    log.warn({ err: error }, 'workflows go without search attributes: the cluster does not have them')
    return () => false
  }
}
