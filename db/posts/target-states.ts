import type { Db } from '../postgres/connect.ts'

/**
 * The states of a target, and every named group of them. Checked in SQL and shown on pages. How a
 * target gets from one state to another: db/posts/target-transitions.ts.
 */
export const targetStates = [
  'scheduled',
  'preparing',
  'ready',
  'sending',
  'processing',
  'published',
  'failed',
  'unconfirmed',
  'missed',
  'canceled',
  'erased',
] as const
export type TargetState = (typeof targetStates)[number]
type States = readonly TargetState[]

/** Nothing has been sent yet, so the person can still change everything. */
export const unsentStates: States = ['scheduled', 'preparing', 'ready']
/** Nothing of it has begun, or it won't go out. */
export const notBegunStates: States = ['scheduled', 'canceled']
/** Preparing has begun, and nothing has been sent yet. */
export const preparedStates: States = ['preparing', 'ready']
/** The call was sent, and the platform's answer or its processing is awaited. */
export const underWayStates: States = ['sending', 'processing']
/** The workflow still has something to do before the outcome is known. */
export const openStates: States = [...unsentStates, ...underWayStates]
/** It isn't certain yet whether it gets published. */
export const undecidedStates: States = [...openStates, 'unconfirmed']
/** The platform has it, or may have it. */
export const maybePublishedStates: States = [...underWayStates, 'published', 'unconfirmed']
/** The call was sent, or may have been sent. */
export const sentStates: States = [...maybePublishedStates, 'erased']
/** The call was sent or may have been sent, and nobody knows the outcome. */
export const unknownStates: States = ['sending', 'unconfirmed']
/** It wasn't published, and a person can send it again. */
export const retryableStates: States = ['failed', 'missed', 'canceled']
/** It wasn't published, and nobody wanted that. */
export const notSentStates: States = ['failed', 'missed']
/** A person has to decide, until they dismiss it. */
export const attentionStates: States = ['failed', 'unconfirmed', 'missed']
/** The call still needs what the platform gave us in confidence, such as an upload URL. */
export const credentialStates: States = [...unsentStates, 'sending']

export const isUnsent = (state: TargetState): boolean => unsentStates.includes(state)
export const isOpen = (state: TargetState): boolean => openStates.includes(state)
export const isSent = (state: TargetState): boolean => sentStates.includes(state)

/** The states as SQL: `('scheduled', 'preparing')`. */
export const literals = (states: States): string =>
  `(${states.map((state) => `'${state}'`).join(', ')})`

/**
 * For `state in ${stateList(sql, openStates)}`. The states are written into the statement, because
 * Postgres doesn't use a partial index of `targets` for a list that comes as a parameter.
 */
export const stateList = (sql: Db, states: States) => sql.unsafe(literals(states))
