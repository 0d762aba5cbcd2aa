import { defineSearchAttributeKey } from '@temporalio/common'

/** Keyword search attributes: plain text in the cluster, so ids, platforms and states only. */
export const searchAttributes = ['Workspace', 'Channel', 'Platform', 'State'] as const

export const searchKeys = {
  workspace: defineSearchAttributeKey('Workspace', 'KEYWORD'),
  channel: defineSearchAttributeKey('Channel', 'KEYWORD'),
  platform: defineSearchAttributeKey('Platform', 'KEYWORD'),
  state: defineSearchAttributeKey('State', 'KEYWORD'),
}
