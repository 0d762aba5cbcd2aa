import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow'
import type { Attributes } from './names.ts'
import { searchKeys as keys } from './search-keys.ts'

/**
 * Search attributes, by which operators find a workflow. The activities return them only if the
 * cluster knows the keys, because an unknown key would block the workflow forever.
 */

/** At the start, unless the workflow was started with them. */
export const showAtStart = (attributes: Attributes | undefined): void => {
  if (attributes && !shown(keys.workspace)) show(attributes)
}

/**
 * Unless the state is shown already. Each change costs the cluster an event and a write, so a post
 * only shows how it began and how it ended.
 */
export const showAttributes = (attributes: Attributes | undefined): void => {
  if (attributes && shown(keys.state) !== attributes.state) show(attributes)
}

const shown = (key: typeof keys.state): string | undefined =>
  workflowInfo().typedSearchAttributes.get(key)

const show = ({ workspace, channel, platform, state }: Attributes): void =>
  upsertSearchAttributes([
    { key: keys.workspace, value: workspace },
    { key: keys.channel, value: channel },
    { key: keys.platform, value: platform },
    { key: keys.state, value: state },
  ])
