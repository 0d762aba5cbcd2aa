import { patched, upsertSearchAttributes } from '@temporalio/workflow'
import type { Attributes } from './names.ts'
import { searchKeys as keys } from './search-keys.ts'

/**
 * Sets the search attributes that operators find the workflow by, when they change. The activities
 * return them only if the cluster knows the keys, because an unknown key would block the workflow
 * forever.
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
