/**
 * Reads a time of day as people type it: `6`, `18:00`, `18.30`, `6:30pm`, `6 PM`. Without am or pm,
 * it is on the person's clock. On a 12-hour clock, `7` to `11` are in the morning and `12` to `6:59`
 * in the afternoon, when posts usually go out; `06:00` and `18:00` still mean what they say.
 * Returns `18:30`, with seconds if they were typed and aren't zero, or null if it isn't a time.
 */
export const readClock = (typed: string, clockHours: 12 | 24 = 24): string | null => {
  const found = /^(\d{1,2})(?:[:.h](\d{2})(?::(\d{2}))?)? ?([ap]\.?m\.?)?$/i.exec(
    typed.trim().slice(0, 20),
  )
  if (!found) return null
  const [, hours = '', minutes = '00', seconds = '00', half = ''] = found
  const isBare = clockHours === 12 && half === '' && /^[1-6]$/.test(hours)
  const hour = hourOf(Number(hours), isBare ? 'pm' : half.toLowerCase())
  if (hour === null || Number(minutes) > 59 || Number(seconds) > 59) return null
  const time = `${String(hour).padStart(2, '0')}:${minutes}`
  return seconds === '00' ? time : `${time}:${seconds}`
}

const hourOf = (hour: number, half: string): number | null => {
  if (half === '') return hour <= 23 ? hour : null
  if (hour < 1 || hour > 12) return null
  return (hour % 12) + (half.startsWith('p') ? 12 : 0)
}
