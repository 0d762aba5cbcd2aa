const dayMs = 86_400_000

/** Adds days to a date such as `2026-11-30`. Uses UTC, where every day has 24 hours. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10)

/** The first day of the date's week. `weekStart`: 1 is Monday, 7 Sunday. */
export const startOfWeek = (date: string, weekStart: number): string =>
  addDays(date, -((new Date(Date.parse(date)).getUTCDay() - weekStart + 7) % 7))
