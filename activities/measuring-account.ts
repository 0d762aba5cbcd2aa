import type { MeasuredChannel } from '../db/measured-channels.ts'
import { saveAccountSnapshot } from '../db/snapshots.ts'
import type { GrantDeps } from './grants.ts'
import { askNumbers } from './measuring-round.ts'
import { nextAccountAt } from './measuring-times.ts'

/** A day that was missed is caught up with at the next look, one at a time. */
const catchUpMs = 10 * 60_000

/** Followers now, and the account's own numbers of the platform's next settled day. */
export const measureAccount = async (deps: GrantDeps, channel: MeasuredChannel): Promise<void> => {
  const told = await askNumbers(deps, channel, 'account', (measurer, measuring) => measurer.account(measuring, channel.lastDay))
  const { channelId, nextAt: dueAt, connectedAt } = channel
  const nextAt = told.result.hasMore ? new Date(deps.now() + catchUpMs) : nextAccountAt(channelId, connectedAt, deps.now())
  const { source, result: numbers } = told
  await saveAccountSnapshot(deps.sql, { channelId, dueAt, nextAt, takenAt: new Date(deps.now()), source, numbers })
}
