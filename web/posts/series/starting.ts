import { HTTPException } from 'hono/http-exception'
import type { TransactionSql } from 'postgres'
import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import type { Draft } from '../../../db/posts/posts.ts'
import { setOccurrence } from '../../../db/posts/series/occurrences.ts'
import { countRunningSeries, insertSeries } from '../../../db/posts/series/series.ts'
import { insertSeriesMedia } from '../../../db/posts/series/series-media.ts'
import type { PostForm } from '../post-form.ts'
import { ruleOf, runningSeriesMax } from './repeat.ts'

type Post = { id: string; workspaceId: string }

/**
 * Starts a series with a post that was just scheduled as its first. Returns its id; the caller makes
 * the next posts after the commit.
 */
export const startSeries = async (
  t: TransactionSql,
  post: Post,
  userId: string,
  { form, draft, media }: { form: PostForm; draft: Draft; media: ComposedMedia[] },
): Promise<string | null> => {
  const [date, time] = (draft.wallTime ?? '').split('T')
  if (!form.repeat || !date || !time || !draft.zone) return null
  const { workspaceId } = post
  // The form was checked before. Only a second person at the same moment gets here.
  if ((await countRunningSeries(t, workspaceId)) >= runningSeriesMax)
    throw new HTTPException(409, { message: 'Too many posts repeat. Stop one first.' })
  const { end, until, count } = form.repeat
  const { text, link, variants, choices } = draft
  const seriesId = await insertSeries(t, {
    workspaceId,
    createdBy: userId,
    rule: ruleOf(form.repeat, date),
    startsOn: date,
    wallTime: time,
    zone: draft.zone,
    endsOn: end === 'date' ? until : null,
    occurrences: end === 'count' ? count : null,
    madeOn: date,
    made: 1,
    text,
    link,
    variants,
    choices,
  })
  await insertSeriesMedia(t, { workspaceId, seriesId }, media)
  await setOccurrence(t, post, { seriesId, on: date, isApart: false })
  return seriesId
}
