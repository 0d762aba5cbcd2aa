import { defineSearchAttributeKey } from '@temporalio/common'

/**
 * Search attributes of type Keyword. They are plain text in the cluster, so only ids, platforms and
 * states.
 */
export const searchAttributes = ['Workspace', 'Channel', 'Platform', 'State'] as const

export const searchKeys = {
  workspace: defineSearchAttributeKey('Workspace', 'KEYWORD'),
  channel: defineSearchAttributeKey('Channel', 'KEYWORD'),
  platform: defineSearchAttributeKey('Platform', 'KEYWORD'),
  state: defineSearchAttributeKey('State', 'KEYWORD'),
}
