import {
  CancellationScope,
  condition,
  isCancellation,
  type QueryDefinition,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import { isAnyActivityFailure } from './failures.ts'
import { changed, type Progress, progress, type TargetStep } from './names.ts'

/** The row as an activity read it. `readAt`: when, on that worker's clock. */
type Row = { readAt: number; words: string }
/** What is done for a row. Its activity returns the row as it is after that. `words`: for admins. */
export type RowStep<Ref, R, Name = TargetStep> = {
  name: Name
  words: string
  run: (ref: Ref) => Promise<R>
}

/**
 * A row that an activity returned longer ago than this is read again: no worker was there to go on
 * with it, and a wait that is counted from its reading would end that much too late.
 */
const freshMs = 5_000
/** So many steps in a row without a wait are more than a post needs. After that, each one rests. */
const mostWithoutWait = 25

/**
 * Follows a row that others change. The signal `changed` ends whatever waits, and the row is read
 * again. It is also read again after an activity has failed, so that no error has to be understood
 * here: what an activity did is in the row. `startOver`: continues as new, once the history is long.
 */
export const followRow = <Ref, R extends Row, Name = TargetStep>(
  ref: Ref,
  readRow: (ref: Ref) => Promise<R>,
  startOver: (ref: Ref) => Promise<never>,
) => {
  let signals = 0
  let seenSignals = 0
  let failures = 0
  let withoutWait = 0
  let now: Progress<Name> = { step: 'start', until: null, rounds: 0 }
  const isChanged = () => signals !== seenSignals
  setHandler(changed, () => {
    signals += 1
  })
  setHandler(progress as QueryDefinition<Progress<Name>>, () => now)

  const show = (step: Progress<Name>['step'], words: string, until: number | null = null): void => {
    now = { step, until, rounds: now.rounds + 1 }
    setCurrentDetails(words)
  }

  /** The row as it is since the last signal. */
  const read = async (): Promise<R> => {
    for (;;) {
      if (isChanged()) withoutWait = 0
      seenSignals = signals
      const row = await unlessFailed(() => readRow(ref))
      if (row && !isChanged()) return row
      if (!row) await rest()
    }
  }

  /** Waits for a time on the worker's clock, or for a change. */
  const wait = async (row: R, at: number): Promise<void> => {
    if (at <= row.readAt) return hurry()
    show('wait', row.words, at)
    await condition(isChanged, at - row.readAt, { summary: row.words })
    failures = 0
    withoutWait = 0
  }

  /** Goes on at once, but no row can make it go round in a busy loop. */
  const hurry = async (): Promise<void> => {
    withoutWait += 1
    if (withoutWait > mostWithoutWait) await rest()
  }

  /** One second at first, then longer, but not so long that a post is late after an outage. */
  const rest = async (): Promise<void> => {
    failures += 1
    await condition(isChanged, Math.min(20_000, 500 * 2 ** failures), {
      summary: 'Wait before trying again',
    })
    await startOverIfLong()
  }

  const startOverIfLong = async (): Promise<void> => {
    if (workflowInfo().continueAsNewSuggested) await startOver(ref)
  }

  return {
    read,

    /** Waits until a time, and reads the row. */
    until: async (row: R, at: number): Promise<R> => {
      await wait(row, at)
      return read()
    },

    /** Waits until a time, and takes a step. If the row changes before its end, reads the row. */
    take: async (row: R, at: number, step: RowStep<Ref, R, Name>): Promise<R> => {
      await wait(row, at)
      if (isChanged()) return read()
      show(step.name, step.words)
      const after = await unlessChanged(isChanged, () => step.run(ref))
      if (!after && !isChanged()) await rest()
      if (!after || isChanged()) return read()
      failures = 0
      return isFresh(after) ? after : read()
    },

    /** For a row that only a newer version of the workflow understands. */
    readLater: async (): Promise<R> => {
      await rest()
      return read()
    },

    startOverIfLong,

    end: (row: R): void => show('end', row.words),
  }
}

/** By the cluster's clock. If the worker's clock is far from it, the row is read once more. */
const isFresh = ({ readAt }: Row): boolean => Math.abs(Date.now() - readAt) <= freshMs

/**
 * Runs an activity, and cancels it if the row changes in the meantime. A send that is canceled
 * before its claim sends nothing; after the claim, it runs to its end.
 */
const unlessChanged = async <R>(
  isChanged: () => boolean,
  run: () => Promise<R>,
): Promise<R | undefined> => {
  const scope = new CancellationScope()
  let isOver = false
  const running = unlessFailed(() => scope.run(run)).finally(() => {
    isOver = true
  })
  await condition(() => isOver || isChanged())
  if (!isOver) scope.cancel()
  return running
}

/** Undefined if the activity failed or was canceled. */
const unlessFailed = async <R>(run: () => Promise<R>): Promise<R | undefined> => {
  try {
    return await run()
  } catch (error) {
    if (isCancellation(error) || isAnyActivityFailure(error)) return undefined
    throw error
  }
}
