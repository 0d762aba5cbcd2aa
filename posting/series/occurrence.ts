import type { TransactionSql } from 'postgres'
import { type ComposeChannel, listChannelsToCompose } from '../../db/channels/account-facts.ts'
import type { ComposedMedia } from '../../db/posts/composed-media.ts'
import type { Draft } from '../../db/posts/posts.ts'
import type { SeriesRow, Timing } from '../../db/posts/series/series.ts'
import type { TargetToSchedule } from '../../db/posts/target-moves.ts'
import type { Registry } from '../../platforms/index.ts'
import type { Platform } from '../../platforms/platform.ts'
import { type JudgedDraft, targetContent } from '../channel-draft.ts'
import { judgeStored } from '../stored-content.ts'
import { occurrenceTime } from './dates.ts'

/** What the occurrences of a series are made from, as of now. */
export type Source = {
  series: Pick<SeriesRow, 'workspaceId' | 'text' | 'link' | 'variants' | 'choices'>
  media: ComposedMedia[]
  accounts: (JudgedDraft & { channel: ComposeChannel; platform: Platform })[]
  /** Accounts that were disconnected since. They are left out. */
  gone: { id: string; isKnown: boolean }[]
  /** Why nothing can be scheduled: a rule is broken, a file or every account is gone. */
  isBroken: boolean
}

/** Judges the content of a series by the rules of the platforms, as the composer does. */
export const loadSource = async (
  t: TransactionSql,
  platforms: Registry,
  series: Source['series'],
  media: ComposedMedia[],
): Promise<Source> => {
  const found = await listChannelsToCompose(t, series.workspaceId, Object.keys(series.choices))
  return { series, media, ...judgeStored(platforms, series, media, found) }
}

/** The post of a date. A draft with its time if it can't be scheduled, so that a person decides. */
export const occurrenceOf = (
  { series, accounts, isBroken }: Source,
  timing: Pick<Timing, 'zone' | 'wallTime'>,
  date: string,
): { draft: Draft; targets: TargetToSchedule[] | null } => {
  const { dueAt, wallTime } = occurrenceTime(timing, date)
  const kept = new Set(accounts.map((one) => one.channel.id))
  const draft: Draft = {
    state: isBroken ? 'draft' : 'scheduled',
    text: series.text,
    link: series.link,
    variants: series.variants,
    choices: Object.fromEntries(Object.entries(series.choices).filter(([id]) => kept.has(id))),
    wallTime,
    zone: timing.zone,
    dueAt,
    slotChoice: null,
    repeats: null,
  }
  if (isBroken) return { draft, targets: null }
  const targets = accounts.map((one) => ({
    ...targetContent(one.channel, one),
    dueAt,
    queued: false,
  }))
  return { draft, targets }
}
