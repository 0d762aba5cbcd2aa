import { type HourRating, rateHoursOnce } from './best-hours.ts'
import { hoursOf } from './hours.ts'
import type { Insights } from './page.ts'

/**
 * Rates the hours by the views of posts one day after they were published. Posts made here and
 * elsewhere are compared separately: they often go out at other hours and do better or worse
 * anyway, which would look like an effect of the hour.
 */
export const ratedHours = ({ timedPosts }: Pick<Insights, 'timedPosts'>): HourRating[] =>
  rateHoursOnce(
    timedPosts.flatMap(({ channelId, kind, made, publishedAt, hourOfWeek, viewsAtDay: views }) =>
      views === null
        ? []
        : [
            {
              stratum: `${channelId} ${kind} ${made}`,
              atMs: publishedAt.getTime(),
              hourOfWeek,
              views,
            },
          ],
    ),
  )

export const hoursIn = (insights: Insights) => hoursOf(ratedHours(insights), insights.workspace)
