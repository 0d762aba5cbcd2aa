import { formats, type ReaderTime } from '../../time/formats.ts'
import { wallTimeOf } from '../../time/wall-time.ts'
import type { Day, Entry } from './entries.ts'
import type { FreeSlot, WeekHints } from './week-hints.ts'

/** Pixels: an hour is as high as it has minutes, and a card is a moment, not a length. */
const hourHeight = 60
const cardHeight = 55
const cardGap = 2
/** The hours that are always shown. */
const usual = { first: 8, end: 22 }

type HourDay = Day & {
  /** Each post with the empty space above it, in pixels. A close neighbor is pushed below. */
  cards: { entry: Entry; gap: number }[]
  /** The hours that a post can still be planned for, such as `{ time: '17:00', label: '17:00' }`. */
  cells: { time: string; isOpen: boolean }[]
  /** Free slots, and the hour that did best, with their pixels from the top. */
  free: (FreeSlot & { top: number })[]
  best: { top: number; words: string } | null
}

/** The hours of a week: earlier and later ones than usual only if they hold posts. */
type WeekHours = {
  firstHour: number
  labels: string[]
  days: HourDay[]
  /** Pixels from the top to now, or null if this hour or week isn't shown. `time`: now, in words. */
  now: { top: number; time: string } | null
}

export const weekHours = (
  days: Day[],
  { zone, dates }: ReaderTime,
  { free, best, nowMs }: WeekHints & { nowMs: number },
): WeekHours => {
  const minutes = days.flatMap(({ entries }) => entries.map(minuteOf))
  const firstHour = Math.min(usual.first, ...minutes.map((minute) => Math.floor(minute / 60)))
  const placed = days.map(({ entries }) => placedFrom(firstHour, entries))
  const lowest = Math.max(...placed.map(({ bottom }) => bottom))
  const endHour = Math.max(
    usual.end,
    ...minutes.map((minute) => Math.floor(minute / 60) + 1),
    firstHour + Math.ceil(lowest / hourHeight),
  )
  const hours = Array.from({ length: endHour - firstHour }, (_, index) => firstHour + index)
  const now = wallTimeOf(new Date(nowMs), zone)
  const top = minuteIn(now.slice(11)) - firstHour * 60
  const isShown = days.some(({ isToday }) => isToday) && top >= 0 && top < hours.length * hourHeight
  const fmt = formats({ zone: 'UTC', dates }, nowMs)
  const label = (time: string) => fmt.time(new Date(`2000-01-01T${time}Z`))
  return {
    firstHour,
    labels: hours.map((hour) => (hour < 24 ? label(timeAt(hour)) : '')),
    days: days.map((day, index) => ({
      ...day,
      cards: placed[index]?.cards ?? [],
      free: freeOn(free, day.date, firstHour, hours.length, placed[index]?.cards ?? []),
      best:
        best?.at.startsWith(day.date) && isIn(topOf(best.at, firstHour), hours.length)
          ? { top: topOf(best.at, firstHour), words: best.words }
          : null,
      cells: hours.map((hour) => ({
        time: timeAt(hour),
        isOpen: hour < 24 && `${day.date}T${timeAt(hour)}` >= now,
      })),
    })),
    now: isShown ? { top, time: label(now.slice(11, 16)) } : null,
  }
}

const placedFrom = (firstHour: number, entries: Entry[]) => {
  let bottom = 0
  const cards = entries.map((entry) => {
    const top = Math.max(minuteOf(entry) - firstHour * 60, bottom)
    const gap = top - bottom
    bottom = top + cardHeight + cardGap
    return { entry, gap }
  })
  return { cards, bottom }
}

const minuteOf = ({ clock }: Entry): number => minuteIn(clock ?? '00:00')
const minuteIn = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
const timeAt = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

const topOf = (at: string, firstHour: number): number => minuteIn(at.slice(11)) - firstHour * 60
const isIn = (top: number, hours: number): boolean => top >= 0 && top < hours * hourHeight

/** The free slots of a day that no card and no earlier slot covers. */
const freeOn = (
  free: FreeSlot[],
  date: string,
  firstHour: number,
  hours: number,
  cards: HourDay['cards'],
): HourDay['free'] => {
  let bottom = 0
  const covered = cards.map(({ gap }) => {
    const top = bottom + gap
    bottom = top + cardHeight + cardGap
    return top
  })
  const shown: HourDay['free'] = []
  for (const slot of free.filter(({ at }) => at.startsWith(date))) {
    const top = topOf(slot.at, firstHour)
    const isFree = [...covered, ...shown.map((one) => one.top)].every(
      (other) => Math.abs(other - top) >= cardHeight,
    )
    if (isIn(top, hours) && isFree) shown.push({ ...slot, top })
  }
  return shown
}
