/** Repeatable random numbers: the same seed gives the same sequence. */
export type Dice = {
  /** From 0 to below 1. */
  share(): number
  /** A whole number from `from` to `to`, inclusive. */
  whole(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  shuffle<T>(list: readonly T[]): T[]
}

/** `name` separates the random numbers of different purposes. Uses the mulberry32 generator. */
export const createDice = (seed: number, name: string): Dice => {
  let state = [...name].reduce(
    (sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193) >>> 0,
    (seed ^ 0x811c9dc5) >>> 0,
  )
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (from: number, to: number) => from + Math.floor(share() * (to - from + 1))
  const pick = <T>(list: readonly T[]): T => {
    const found = list[whole(0, list.length - 1)]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }
  const shuffle = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => ({ item, at: share() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
  return { share, whole, pick, shuffle }
}
