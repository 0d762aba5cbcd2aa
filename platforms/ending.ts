/**
 * Something that a platform ends on a date in its documentation, and what no longer works here
 * after that.
 */
export type Ending = {
  /** For example `Graph API v25.0` */
  what: string
  /** The first day on which it no longer works, such as `2028-07-29`. */
  endsOn: string
  /** What breaks, and what to do before that (`todo`), in whole sentences. */
  breaks: string
  todo: string
}

export type EndingAhead = Ending & {
  issuer: string
  /** Days until it ends. 0 or less: it has ended. */
  days: number
}

type Ender = { label: string; endings: Ending[] }

/** How many days before an ending operators are notified. */
export const toldDaysAhead = 90

const dayMs = 86_400_000

/** All known endings that affect this installation, soonest first. */
export const endingsAhead = (issuers: Iterable<Ender>, nowMs: number): EndingAhead[] =>
  [...issuers]
    .flatMap(({ label, endings }) =>
      endings.map((ending) => ({
        ...ending,
        issuer: label,
        days: Math.ceil((Date.parse(ending.endsOn) - nowMs) / dayMs),
      })),
    )
    .sort((a, b) => a.days - b.days)

/** The endings that operators should be notified about now. */
export const endingsToTell = (issuers: Iterable<Ender>, nowMs: number): EndingAhead[] =>
  endingsAhead(issuers, nowMs).filter(({ days }) => days <= toldDaysAhead)
