import type { ListedChannel } from '../db/channels.ts'
import type { Formats } from './formats.ts'

export type Health = {
  tone: 'out' | 'wait' | 'need'
  pill: string
  /** What happened; null when all is well. */
  words: string | null
  /** Until when the access lasts, and who has to do something then. */
  access: string
}

const dayMs = 86_400_000
const soonDays = 14

export type Judged = ListedChannel & {
  /** Whether it ends with the issuer's deadline for data, or goes on without. */
  needsDataAccess: boolean
}

/** How a connected account stands, in words. `now`: epoch milliseconds. */
export const healthOf = (channel: Judged, issuerLabel: string, fmt: Formats, now: number): Health => {
  const ends = endOf(channel)
  const access = accessWords(channel, ends, issuerLabel, fmt, now)
  if (channel.state === 'reconnect' || channel.grantState !== 'active') {
    const words = channel.stateReason ?? `${issuerLabel} no longer accepts the connection.`
    return { tone: 'need', pill: 'needs reconnecting', words, access: 'none until it is connected again' }
  }
  if (ends !== null && ends.getTime() - now < soonDays * dayMs) {
    const words =
      ends.getTime() > now
        ? `The connection ends ${fmt.when(ends)}, unless someone renews it before.`
        : 'The time of this connection is over.'
    return { tone: 'wait', pill: ends.getTime() > now ? 'ends soon' : 'has ended', words, access }
  }
  return { tone: 'out', pill: 'connected', words: null, access }
}

/** When a person must sign in again, however well it is renewed by itself until then. Null: never. */
const signInAt = (channel: Judged): Date | null =>
  channel.refreshExpiresAt ?? (channel.needsDataAccess ? channel.dataAccessExpiresAt : null)

/** When only a person can go on: what is renewed by itself ends with its refresh token. */
const endOf = (channel: Judged): Date | null => {
  if (channel.refreshExpiresAt) return channel.refreshExpiresAt
  const ends = [channel.expiresAt, signInAt(channel)].filter((date) => date !== null)
  return ends.length > 0 ? new Date(Math.min(...ends.map((date) => date.getTime()))) : null
}

const accessWords = (channel: Judged, ends: Date | null, issuerLabel: string, fmt: Formats, now: number): string => {
  if (ends === null) return 'without an end'
  if (ends.getTime() <= now) return `ended ${fmt.date(ends)}`
  const renewed = `renewed by itself${channel.renewedAt ? `, last ${fmt.when(channel.renewedAt)}` : ''}`
  const until = signInAt(channel)
  if (until === null) return `${renewed} · this token until ${fmt.date(ends)}`
  return `${renewed} · until ${fmt.date(until)}, then an admin signs in at ${issuerLabel} again`
}
