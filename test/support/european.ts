import type { DateStyle } from '../../text/date-style.ts'

/** How the people in the tests want dates to be written. */
export const european: DateStyle = { hours: 24, dateOrder: 'dmy', weekStart: 1 }
