import { HTTPException } from 'hono/http-exception'
import { tookTooLong } from '../../../db/postgres/waiting.ts'

const insightsWords =
  'Adding up the posts with this label over so many days took too long. Nothing is lost. Choose a shorter range, or a label with fewer posts.'
const reportWords =
  'Adding up the numbers of this report took too long. Nothing is lost. Try again in a few minutes. If it stays like this, the report needs fewer days, or a label with fewer posts.'

/**
 * Throws `error`, or what can be done about it: readings of a label are added up for each view, and
 * a statement about thousands of posts over years reaches its time limit. Trying again may not help.
 * `isReport`: the reader can't choose the days.
 */
export const sayTooLong =
  ({ labelId }: { labelId?: string | null }, isReport: boolean) =>
  (error: unknown): never => {
    if (!labelId || !tookTooLong(error)) throw error
    throw new HTTPException(422, { message: isReport ? reportWords : insightsWords, cause: error })
  }
