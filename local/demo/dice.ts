/** Numbers by chance that are the same at every start: the demo looks alike on every machine. */
export type Dice = {
  /** From 0 up to 1. */
  number(): number
  between(least: number, most: number): number
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number
  pick<T>(from: readonly T[]): T
  chance(share: number): boolean
  /** Around 1, seldom below half or above double: how differently equal posts do. */
  luck(): number
}

/** Mulberry32, which is enough for drawing and guessing. */
export const createDice = (seed: number): Dice => {
  let state = seed >>> 0
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + (most - least) * number()
  const whole = (least: number, most: number) => Math.floor(between(least, most + 1))
  return {
    number,
    between,
    whole,
    pick: (from) => from[whole(0, from.length - 1)]!,
    chance: (share) => number() < share,
    luck: () => Math.exp(0.32 * (number() + number() + number() - 1.5) * 2),
  }
}
