import type { Repeat } from '../../../db/posts/posts.ts'
import { datesOf, occurrenceTime } from '../../../posting/series/dates.ts'
import type { View } from '../../http/render.ts'
import { weekdayNames } from '../../time/dates.ts'
import type { Formats } from '../../time/formats.ts'
import type { Composer } from '../composer.ts'
import { faultsOfRepeat } from './faults.ts'
import { occurrencesMax, repeatWeeksMax, ruleOf } from './repeat.ts'
import { ruleWords, seriesWords } from './words.ts'

const shownDates = 3

/** The data for Repeat in the picker of the time. Null for a post that is in a series already. */
export const repeatForm = (composer: Composer, fmt: Formats): View | null => {
  const { form, post, time } = composer
  if (post?.seriesId) return null
  const date = time?.ok ? time.wallTime.slice(0, 10) : null
  const ways = (['weeks', 'day', 'first', 'last'] as const).map((how) => ({
    how,
    label: labels[how],
    // Says what it means on the chosen day.
    words: date ? ruleWords(ruleOf({ ...once, how }, date)) : null,
  }))
  return {
    ...(form.repeat ?? once),
    how: form.repeat?.how ?? '',
    ways,
    days: weekdayNames.map((name, index) => ({ value: index + 1, name, short: name.slice(0, 2) })),
    weeksMax: repeatWeeksMax,
    occurrencesMax,
    summary: summaryOf(composer, fmt),
  }
}

const once: Repeat = { how: 'weeks', step: 1, weekdays: [], end: '', until: '', count: 10 }

const labels = {
  weeks: 'Every week, or every few weeks',
  day: 'Every month on this day',
  first: 'Every month on the first such weekday',
  last: 'Every month on the last such weekday',
}

/** "Repeats every second Tuesday. Then: Tue, Dec 22, …". Null until it is complete. */
const summaryOf = (composer: Composer, fmt: Formats): string | null => {
  const { form, time, workspace } = composer
  if (!form.repeat || !time?.ok || faultsOfRepeat(composer, 'schedule').length > 0) return null
  const [startsOn = '', wallTime = ''] = time.wallTime.split('T')
  const rule = ruleOf(form.repeat, startsOn)
  const { end, until, count } = form.repeat
  const endsOn = end === 'date' ? until : null
  const occurrences = end === 'count' ? count : null
  const next: string[] = []
  for (const date of datesOf(rule, startsOn)) {
    const isOver = (endsOn && date > endsOn) || (occurrences && next.length + 1 >= occurrences)
    if (date > startsOn && !isOver)
      next.push(fmt.when(occurrenceTime({ zone: form.zone, wallTime }, date).dueAt))
    if (isOver || next.length === shownDates) break
  }
  const words = `Repeats ${seriesWords({ rule, endsOn, occurrences }, workspace.dates)}.`
  return next.length > 0 ? `${words} Then ${next.join('; ')}.` : words
}
