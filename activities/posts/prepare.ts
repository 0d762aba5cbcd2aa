import { Context } from '@temporalio/activity'
import { findUnready } from '../../db/posts/conversions.ts'
import { beginPreparing, markReady, noteWaiting } from '../../db/posts/target-progress.ts'
import { findTarget, type TargetRow } from '../../db/posts/targets.ts'
import { conversionWords } from '../../media/conversion-words.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { notYet } from '../retry.ts'
import { asks } from './facts.ts'
import { listFilesOf } from './files.ts'
import { againLater, type PublishingDeps, waitForRoom, withPublication } from './platform-calls.ts'
import { Outdated } from './publication.ts'
import { prepareAheadMs, whenAsked } from './read.ts'
import { settleRefusedAhead, settleWaitingForConnection } from './unsent-outcomes.ts'

export const createPreparing = (deps: PublishingDeps) => ({
  /** Does everything that can be done in advance. Retried until the platform is ready. */
  prepareTarget: (ref: TargetRef) =>
    whenAsked(
      deps,
      ref,
      (target, nowMs) => asks.toBeReady(target, nowMs, prepareAheadMs(deps, target)),
      (target) => prepare(deps, target),
    ),
})

const prepare = async (deps: PublishingDeps, { id, revision }: TargetRow): Promise<void> => {
  if (!(await beginPreparing(deps.sql, { id, revision }))) return
  const target = await findTarget(deps.sql, id)
  if (target?.state !== 'preparing') return
  if (!(await filesAreReady(deps, target))) return
  try {
    const prepared = await withPublication(
      deps,
      target,
      target.attemptNumber + 1,
      'preparing',
      (platform, publication) => platform.publish.prepare(publication),
    )
    if (prepared.ready) return void (await markReady(deps.sql, target))
    await noteWaiting(deps.sql, target, prepared.waitingFor)
    throw notYet(prepared.againInMs)
  } catch (error) {
    if (error instanceof Outdated) return
    if (!(error instanceof PlatformError)) throw error
    await preparingFailed(deps, target, error)
  }
}

/**
 * Waits for files that are still being made, even past the post's time. If one can't be made, the
 * post fails.
 */
const filesAreReady = async (deps: PublishingDeps, target: TargetRow): Promise<boolean> => {
  const unready = await findUnready(deps.sql, target)
  if (unready) {
    const words = conversionWords(unready, deps.now()) ?? ''
    return await waitForFile(deps, target, {
      isFailed: unready.conversion === 'failed',
      words,
      againInMs: 5_000,
    })
  }
  const renditions = (await listFilesOf(deps, target)).flatMap(({ rendition }) => rendition ?? [])
  const open =
    renditions.find(({ state }) => state === 'failed') ??
    renditions.find(({ state }) => state === 'waiting')
  if (!open) return true
  const done = open.share ? ` ${Math.round(100 * open.share)}% done.` : ''
  const words = open.problem ?? `Preparing the files for this account.${done}`
  return await waitForFile(deps, target, {
    isFailed: open.state === 'failed',
    words,
    againInMs: 1_000,
  })
}

type OpenFile = { isFailed: boolean; words: string; againInMs: number }

const waitForFile = async (
  deps: PublishingDeps,
  target: TargetRow,
  file: OpenFile,
): Promise<false> => {
  if (!file.isFailed) {
    await noteWaiting(deps.sql, target, file.words)
    throw notYet(file.againInMs)
  }
  await settleRefusedAhead(
    deps,
    target,
    new PlatformError({ kind: 'rejected', code: 'not_converted', words: file.words }).problem,
  )
  return false
}

const preparingFailed = async (
  deps: PublishingDeps,
  target: TargetRow,
  error: PlatformError,
): Promise<void> => {
  switch (error.kind) {
    case 'rate_limited':
      return waitForRoom(deps, target, error.problem)
    case 'unavailable':
    case 'unknown_outcome': // preparing publishes nothing, so it may be repeated
      await noteWaiting(deps.sql, target, `${error.problem.words} We’ll try again.`)
      throw againLater(error, Context.current().info.attempt)
    case 'reauthorize':
      if (await settleWaitingForConnection(deps, target, error.problem)) return
      return settleRefusedAhead(deps, target, error.problem)
    case 'permission':
    case 'rejected':
      return settleRefusedAhead(deps, target, error.problem)
  }
}
