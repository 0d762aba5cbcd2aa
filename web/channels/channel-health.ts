import type { ListedChannel } from '../../db/channels/channels.ts'
import type { Formats } from '../time/formats.ts'

export type ChannelHealth = {
  tone: 'out' | 'wait' | 'need'
  pill: string
  /** What is wrong. Null if the account is fine. */
  words: string | null
  /** How long the access lasts, and who has to act then. */
  access: string
}

const dayMs = 86_400_000
const soonDays = 14

export type Judged = ListedChannel & {
  /** Whether the connection ends at the issuer's data access deadline. */
  needsDataAccess: boolean
}

/** Describes the state of a connected account. `now` is in epoch milliseconds. */
export const healthOf = (
  channel: Judged,
  issuerLabel: string,
  fmt: Formats,
  now: number,
): ChannelHealth => {
  const ends = endOf(channel)
  const access = accessWords(channel, ends, issuerLabel, fmt, now)
  if (channel.state === 'reconnect' || channel.grantState !== 'active') {
    const words = channel.stateReason ?? `${issuerLabel} no longer accepts the connection.`
    return {
      tone: 'need',
      pill: 'needs reconnecting',
      words,
      access: 'None until it’s reconnected',
    }
  }
  if (ends !== null && ends.getTime() - now < soonDays * dayMs) {
    const words =
      ends.getTime() > now
        ? `The connection expires ${fmt.when(ends)} unless an admin reconnects it.`
        : 'This connection has ended.'
    return {
      tone: 'wait',
      pill: ends.getTime() > now ? 'expires soon' : 'has ended',
      words,
      access,
    }
  }
  return { tone: 'out', pill: 'connected', words: null, access }
}

/**
 * When a person must sign in again, even if the token is renewed automatically until then. Null if
 * never.
 */
const signInAt = (channel: Judged): Date | null =>
  channel.refreshExpiresAt ?? (channel.needsDataAccess ? channel.dataAccessExpiresAt : null)

/** When automatic renewal is no longer possible, such as when the refresh token expires. */
const endOf = (channel: Judged): Date | null => {
  if (channel.refreshExpiresAt) return channel.refreshExpiresAt
  const ends = [channel.expiresAt, signInAt(channel)].filter((date) => date !== null)
  return ends.length > 0 ? new Date(Math.min(...ends.map((date) => date.getTime()))) : null
}

const accessWords = (
  channel: Judged,
  ends: Date | null,
  issuerLabel: string,
  fmt: Formats,
  now: number,
): string => {
  if (ends === null) return 'Does not expire'
  if (ends.getTime() <= now) return `Ended ${fmt.date(ends)}`
  const renewed = channel.renewedAt ? `, last ${fmt.when(channel.renewedAt)}` : ''
  const until = signInAt(channel)
  if (until === null)
    return `Renews automatically${renewed} · current token valid until ${fmt.date(ends)}`
  return `Renews automatically${renewed ? `${renewed},` : ''} until ${fmt.date(until)}. After that, an admin needs to reconnect at ${issuerLabel}`
}
