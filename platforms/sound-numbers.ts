/** These are stored in 4 bytes. Everything else takes what JavaScript can count exactly. */
const short = ['likes', 'comments', 'shares', 'saves', 'followers']
const largest = (name: string): number =>
  short.includes(name) ? 2_147_483_647 : Number.MAX_SAFE_INTEGER

/**
 * Keeps values that can be a count: whole, not negative, and small enough to store. Anything else
 * counts as not provided and is named in `unsound`. One odd value must neither stop an account's
 * metrics nor be shown.
 */
export const soundNumbers = <T extends Partial<Record<string, number | null>>>(
  numbers: T,
): { sound: Partial<T>; unsound: string[] } => {
  const isSound = ([name, value]: [string, number | null | undefined]) =>
    value == null || (Number.isInteger(value) && value >= 0 && value <= largest(name))
  const entries = Object.entries(numbers)
  return {
    sound: Object.fromEntries(entries.filter(isSound)) as Partial<T>,
    unsound: entries.filter((entry) => !isSound(entry)).map(([name]) => name),
  }
}

/** The problem to show. Null if all values are fine. */
export const unsoundWords = (platform: string, unsound: string[]): string | null =>
  unsound.length === 0
    ? null
    : `${platform} sent something that cannot be a number of ${[...new Set(unsound)].join(' or ')}. It counts as not given.`
