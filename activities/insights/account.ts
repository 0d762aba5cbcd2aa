import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import { saveAvatar } from '../../db/channels/avatars.ts'
import { listKnownDays, type MeasuredChannel } from '../../db/insights/measured-channels.ts'
import { saveAccountDay, saveFollowers } from '../../db/insights/snapshots.ts'
import { fetchAvatar } from '../../platforms/avatar.ts'
import { PlatformError } from '../../platforms/errors.ts'
import { soundNumbers, unsoundWords } from '../../platforms/sound-numbers.ts'
import type { GrantDeps } from '../channels/tokens.ts'
import { askNumbers, measurerOf, platformLabelOf, type RoundDeps } from './round.ts'
import { nextAccountAt } from './times.ts'

/** After a missed day, the next day is read this much later, one at a time. */
const catchUpMs = 10 * 60_000

type AvatarDeps = Pick<GrantDeps, 'sql' | 'now'> & { log?: Logger | undefined }
type AccountDeps = RoundDeps & { log: Logger }

/**
 * Reads the followers and the profile picture. Returns a problem that people should know about
 * although the rest was read, or null.
 */
export const measureFollowers = async (
  deps: AccountDeps,
  channel: MeasuredChannel,
): Promise<string | null> => {
  const { result, source, problem } = await askNumbers(deps, channel, (measurer, measuring) =>
    measurer.followers(measuring),
  )
  const { channelId, nextAt: dueAt, connectedAt } = channel
  const { sound, unsound } = soundNumbers({ followers: result.followers })
  const nextAt = nextAccountAt(channelId, connectedAt, deps.now())
  const takenAt = new Date(deps.now())
  await saveFollowers(deps.sql, {
    channelId,
    dueAt,
    nextAt,
    takenAt,
    source,
    followers: sound.followers ?? null,
  })
  await renewAvatar(deps, channelId, result.avatarUrl)
  return problem ?? unsoundWords(platformLabelOf(deps, channel), unsound)
}

/** Reads the numbers of the account's next due day, one day at a time. */
export const measureDay = async (
  deps: AccountDeps,
  channel: MeasuredChannel,
  dueAt: Date,
): Promise<string | null> => {
  const { channelId, connectedAt } = channel
  const { accountDay } = measurerOf(deps, channel)
  if (!accountDay) {
    await saveAccountDay(deps.sql, {
      channelId,
      dueAt,
      nextAt: null,
      takenAt: new Date(deps.now()),
      source: '',
      day: null,
    })
    return null
  }
  const known = await listKnownDays(deps.sql, channelId, new Date(deps.now()))
  const { result, source, problem } = await askNumbers(deps, channel, (_, measuring) =>
    accountDay(measuring, known),
  )
  const { day } = result
  const { sound, unsound } = soundNumbers({ views: day?.views ?? null, reach: day?.reach ?? null })
  await saveAccountDay(deps.sql, {
    ...{ channelId, dueAt, source, takenAt: new Date(deps.now()) },
    nextAt: result.hasMore
      ? new Date(deps.now() + catchUpMs)
      : nextAccountAt(channelId, connectedAt, deps.now()),
    day: day && { date: day.date, views: sound.views ?? null, reach: sound.reach ?? null },
  })
  return problem ?? unsoundWords(platformLabelOf(deps, channel), unsound)
}

/**
 * promise: D1, D2: copies the profile picture each time the account is read, because the platform's
 * URL of it expires within hours or days.
 */
export const renewAvatar = async (
  deps: AvatarDeps,
  channelId: string,
  url: string | null,
): Promise<void> => {
  if (url === null) return
  try {
    const avatar = await fetchAvatar(url, Context.current().cancellationSignal)
    await saveAvatar(deps.sql, channelId, avatar, new Date(deps.now()))
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    deps.log?.info(
      { channel: channelId, code: error.problem.code },
      'could not load a profile picture; keeping the last one',
    )
  }
}
