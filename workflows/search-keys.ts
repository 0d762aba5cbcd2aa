/** Keyword search attributes: plain text in the cluster, so ids, platforms and states only. */
export const searchAttributes = ['Workspace', 'Channel', 'Platform', 'State'] as const
