import { continueAsNew } from '@temporalio/workflow'
import { showAtStart, showAttributes } from './attributes.ts'
import { followRow } from './follow-row.ts'
import type { TargetRef } from './names.ts'
import {
  checkStep,
  commentStep,
  deleteStep,
  findCommentStep,
  finishStep,
  lookIfGoneStep,
  prepareStep,
  readTarget,
  reconcileStep,
  sendStep,
} from './publishing-steps.ts'

const now = 0

/**
 * Publishes one post on one channel, from scheduled to its end. The row decides: each step begins
 * by reading it, does nothing that it doesn't ask for, and returns it. So a lost signal only delays
 * a post, and never publishes the wrong thing. The signal `changed` ends every wait.
 */
export async function publishTarget(ref: TargetRef): Promise<void> {
  const { read, until, take, readLater, startOverIfLong, end } = followRow(
    ref,
    readTarget,
    startOver,
  )
  let target = await read()
  showAtStart(target.attributes)
  while (target.isOpen) {
    switch (target.state) {
      case 'scheduled':
      case 'preparing':
        // Reading is enough if nothing has to be uploaded: it makes the post ready.
        target = target.isReadyAtOnce
          ? await until(target, target.prepareAt)
          : await take(target, target.prepareAt, prepareStep)
        break
      case 'ready':
        target = await take(target, target.armAt, sendStep(target))
        break
      case 'sending':
        target = await take(target, now, reconcileStep)
        break
      case 'processing':
        target = await take(target, now, checkStep)
        break
      case 'published':
        if (target.deletion === 'look') target = await take(target, now, lookIfGoneStep)
        else if (target.deletion === 'send')
          target = await take(target, target.deletionAt, deleteStep)
        else if (target.comment === 'find') target = await take(target, now, findCommentStep)
        else if (target.comment === 'write')
          target = await take(target, target.commentAt, commentStep)
        else target = await take(target, now, finishStep)
        break
      default: // a state of a newer build: until a newer worker takes over
        target = await readLater()
    }
    if (target.isOpen) await startOverIfLong()
  }
  end(target)
  showAttributes(target.attributes)
}

const startOver = (ref: TargetRef): Promise<never> => continueAsNew<typeof publishTarget>(ref)
