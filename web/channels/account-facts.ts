import { type ComposeChannel, saveAccountFacts } from '../../db/channels/account-facts.ts'
import { openChannel } from '../../db/channels/channels.ts'
import { openGrant } from '../../db/channels/grants.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { WebDeps } from '../http/env.ts'

/**
 * How long facts about an account stay fresh. They rarely change, and platforms limit the number of
 * requests.
 */
const freshMs = 2 * 60_000
/** The longest that a page waits for a platform. */
const deadlineMs = 4_000

/**
 * Requests fresh facts about the accounts from platforms that need it (TikTok: creator_info),
 * stores them and sets them in `channels`. If a request fails, the last facts stay. Returns the
 * reasons for failures by channel id.
 */
export const freshFacts = async (
  deps: WebDeps,
  workspaceId: string,
  channels: ComposeChannel[],
): Promise<Map<string, string>> => {
  const failed = new Map<string, string>()
  await Promise.all(
    channels.map(async (channel) => {
      const platform = deps.platforms.platforms.get(channel.platform)
      if (!platform?.describeAccount || isFresh(channel, deps.now())) return
      const words = await askOne(deps, workspaceId, channel, platform)
      if (words)
        failed.set(
          channel.id,
          `${platform.label} couldn’t tell us about this account just now: ${words}`,
        )
    }),
  )
  return failed
}

const isFresh = (channel: ComposeChannel, nowMs: number): boolean =>
  channel.accountFactsAt !== null && nowMs - channel.accountFactsAt.getTime() < freshMs

const askOne = async (
  deps: WebDeps,
  workspaceId: string,
  channel: ComposeChannel,
  platform: Platform,
): Promise<string | null> => {
  const open = await openChannel(deps.sql, deps.vault, workspaceId, channel.id)
  const grant = open && (await openGrant(deps.sql, deps.vault, workspaceId, open.grantId))
  if (!open || grant?.state !== 'active' || open.state !== 'connected')
    return 'the connection has ended.'
  const account = {
    id: open.accountId,
    settings: open.settings,
    grantToken: grant.accessToken,
    accountToken: open.accountToken,
  }
  try {
    const facts = await inTime(platform.describeAccount?.(account))
    if (facts === 'late') return 'it didn’t answer in time.'
    await saveAccountFacts(deps.sql, { workspaceId, channelId: channel.id }, facts)
    channel.accountFacts = facts
    return null
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    deps.log.info(
      { problem: error.problem, channelId: channel.id },
      'could not read the facts of an account',
    )
    return error.message
  }
}

const inTime = async (answer: Promise<JsonRecord> | undefined): Promise<JsonRecord | 'late'> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), deadlineMs)
  })
  try {
    return await Promise.race([answer ?? {}, late])
  } finally {
    clearTimeout(timer)
  }
}
