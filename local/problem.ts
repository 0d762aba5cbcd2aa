export { reason } from '../text/failure-words.ts'

/**
 * A problem that the user can fix. Its message is one sentence and is shown without a stack trace.
 */
export class Problem extends Error {
  override name = 'Problem'
}
