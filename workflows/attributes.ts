import { patched, upsertSearchAttributes } from '@temporalio/workflow'
import type { Attributes } from './names.ts'
import { searchKeys as keys } from './search-keys.ts'

/**
 * What operators find the workflow by. Written when it changes, and only when an activity gave them: it does so once the cluster knows
 * the keys, since an unknown one would stop the workflow for ever.
 */
export const createAttributes = (): ((attributes: Attributes | undefined) => void) => {
  let shown = ''
  return (attributes) => {
    const next = JSON.stringify(attributes)
    if (!attributes || next === shown || !patched('2026-11-search-attributes')) return
    shown = next
    const { workspace, channel, platform, state } = attributes
    upsertSearchAttributes([
      { key: keys.workspace, value: workspace },
      { key: keys.channel, value: channel },
      { key: keys.platform, value: platform },
      { key: keys.state, value: state },
    ])
  }
}
