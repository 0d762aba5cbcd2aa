import { isId } from '../../http/ids.ts'

/** The most trades that an address can hold. */
export const mostTrades = 40

/** Two posts that trade times, or a draft without a time and the post whose time it takes. */
export type Trade = [string, string]

/** A place in the grid: a post and its time. `mayMove`: nothing of it has begun. */
type Place = { id: string; at: Date; mayMove: boolean }
type Plan = {
  /** In order of time. */
  places: Place[]
  /** Drafts without a time. */
  drafts: string[]
  trades: Trade[]
  /** The time of the post that has no later place to move to, once its own is taken. */
  after(last: Date): Date
}

/** Reads `trade=one.other` of the address. Leaves out what isn't two ids. */
export const readTrades = (typed: string[]): Trade[] =>
  typed.slice(0, mostTrades).flatMap((one): Trade[] => {
    const [first, second, more] = one.split('.')
    return isId(first) && isId(second) && first !== second && more === undefined
      ? [[first, second]]
      : []
  })

/**
 * The time of each post after all trades, by its id. Two posts swap theirs. A draft without a time
 * takes the place of a post, and this and the later ones move on by one place. Leaves out trades of
 * posts that can't move or aren't there.
 */
export const timesAfter = ({ places, drafts, trades, after }: Plan): Map<string, Date> => {
  const times = new Map(places.map(({ id, at }) => [id, at]))
  const fixed = new Set(places.filter(({ mayMove }) => !mayMove).map(({ id }) => id))
  const canGive = (id: string) => times.has(id) && !fixed.has(id)
  for (const [one, other] of trades) {
    const isIn = [one, other].map(canGive)
    if (isIn[0] && isIn[1]) swap(times, one, other)
    else if (isIn[1] && drafts.includes(one) && !times.has(one))
      insert(times, { id: one, before: other, fixed, after })
    else if (isIn[0] && drafts.includes(other) && !times.has(other))
      insert(times, { id: other, before: one, fixed, after })
  }
  return times
}

const swap = (times: Map<string, Date>, one: string, other: string): void => {
  const [first, second] = [times.get(one), times.get(other)]
  if (!first || !second) return
  times.set(one, second)
  times.set(other, first)
}

type Inserted = Pick<Plan, 'after'> & { id: string; before: string; fixed: Set<string> }

const insert = (times: Map<string, Date>, { id, before, fixed, after }: Inserted): void => {
  const line = [...times].filter(([one]) => !fixed.has(one)).sort(([, a], [, b]) => +a - +b)
  const later = line.slice(line.findIndex(([one]) => one === before))
  later.forEach(([one, at], index) => {
    times.set(one, later[index + 1]?.[1] ?? after(at))
  })
  const [place] = later
  if (place) times.set(id, place[1])
}
