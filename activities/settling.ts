import { type AttemptOutcome, recordOutcome } from '../db/attempts.ts'
import { type Db, type Sql, tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import {
  type AnotherTry,
  allowAnotherTry,
  markFailed,
  markProcessing,
  markPublished,
  markRefusedAhead,
  markUnconfirmed,
  type TargetRow,
} from '../db/targets.ts'
import type { Problem } from '../platforms/errors.ts'
import type { Checked } from '../platforms/platform.ts'

/** The ends of a target: each is one transaction of state, attempt and audit line. */

type Deps = { sql: Sql }

/** The attempt whose call led here; its outcome is written in the same transaction. */
export type AttemptResult = { id: string; outcome: AttemptOutcome; sentAt: Date | null; problem: Problem | null }

export const settlePublished = async (
  deps: Deps,
  target: TargetRow,
  outcome: { platformPostId: string | null; confirmedBy: string },
  attempt?: AttemptResult,
): Promise<void> => {
  try {
    await tx(deps.sql, async (t) => {
      if (attempt) await recordOutcome(t, attempt.id, attempt)
      if (await markPublished(t, target, outcome)) await tell(t, target, 'target.published')
    })
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    await settleUnconfirmed(deps, target, 'The post that was found belongs to another post of CrateSocial already.')
  }
}

export const settleProcessing = async (deps: Deps, target: TargetRow, words: string, attempt?: AttemptResult): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (attempt) await recordOutcome(t, attempt.id, attempt)
    await markProcessing(t, target, words)
  })
}

/** A clear "nothing happened": claimed again later. */
export const settleAnotherTry = async (
  deps: Deps,
  target: TargetRow,
  again: AnotherTry,
  attempt: AttemptResult,
): Promise<void> => {
  await tx(deps.sql, async (t) => {
    await recordOutcome(t, attempt.id, attempt)
    await allowAnotherTry(t, target, again)
  })
}

export const settleFailed = async (deps: Deps, target: TargetRow, problem: Problem, attempt?: AttemptResult): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (attempt) await recordOutcome(t, attempt.id, attempt)
    if (await markFailed(t, target, problem)) await tell(t, target, 'target.failed', problem)
  })
}

/** Refused before anything was sent. */
export const settleRefusedAhead = async (deps: Deps, target: TargetRow, problem: Problem): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (await markRefusedAhead(t, target, problem)) await tell(t, target, 'target.failed', problem)
  })
}

export const settleUnconfirmed = async (deps: Deps, target: TargetRow, words: string): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (await markUnconfirmed(t, target, words)) await tell(t, target, 'target.unconfirmed')
  })
}

/** What the platform's processing ended with. */
export const settleChecked = (
  deps: Deps,
  target: TargetRow,
  checked: Exclude<Checked, { state: 'processing' }>,
): Promise<void> => {
  switch (checked.state) {
    case 'published':
      return settlePublished(deps, target, checked)
    case 'failed':
      return settleFailed(deps, target, checked.problem)
    case 'draft':
      return settleFailed(deps, target, {
        kind: 'rejected',
        code: 'draft',
        subcode: null,
        words: checked.words,
        traceId: null,
        retryAfterMs: null,
      })
  }
}

const tell = (t: Db, target: TargetRow, name: string, problem?: Problem): Promise<string> =>
  recordEvent(t, {
    name,
    workspaceId: target.workspaceId,
    userId: null,
    subjectId: target.id,
    facts: { platform: target.platform, ...(problem ? { kind: problem.kind, code: problem.code } : {}) },
  })

const isBoundAlready = (error: unknown): boolean =>
  error instanceof Error && 'constraint_name' in error && error.constraint_name === 'targets_bound_once'
