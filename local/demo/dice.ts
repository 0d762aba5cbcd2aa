/** Random numbers that are the same on every start, so that the demo looks the same everywhere. */
export type Dice = {
  /** From 0 to below 1. */
  number(): number
  between(least: number, most: number): number
  /** An integer from `least` to `most`, inclusive. */
  whole(least: number, most: number): number
  pick<T>(from: readonly T[]): T
  chance(share: number): boolean
  /** Around 1, rarely below half or above double: the difference between similar posts. */
  luck(): number
}

/** Mulberry32, which is good enough for pictures and demo numbers. */
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
