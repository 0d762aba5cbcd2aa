/** The parts of a comma-separated environment variable. Empty if it is not set. */
export const listIn = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
