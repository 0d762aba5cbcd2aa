import type { Db } from '../../db/postgres/connect.ts'
import type { TargetState } from '../../db/posts/target-states.ts'
import type { TransitionName } from '../../db/posts/target-transitions.ts'

export type Row = Record<string, unknown>
/** `values`: what the caller gives. `writes`: the columns that change besides the state and its time. */
export type Case = {
  from: TargetState[]
  to: TargetState
  values?: Row
  writes: (row: Row, now: Date) => Row
  sql?: (sql: Db) => Row
}

const at = new Date('2031-03-04T05:06:07Z')
const problem = { kind: 'rejected', code: '9', words: 'No.' }
const startsOver = {
  waitingFor: null,
  notBefore: null,
  problem: null,
  finishedAt: null,
  revision: 4,
}
const unsent: TargetState[] = ['scheduled', 'preparing', 'ready']
const underWay: TargetState[] = ['sending', 'processing']
const content = { kind: 'video', text: 'Other words', link: null, settings: { tags: ['vinyl'] } }
const words = 'Facebook to finish processing'

export const cases: Record<TransitionName, Case> = {
  schedule: {
    from: [...unsent, 'failed', 'missed', 'canceled'],
    to: 'scheduled',
    values: { content, dueAt: at, queued: false },
    writes: () => ({ ...startsOver, ...content, dueAt: at, queued: false }),
  },
  move: {
    from: [...unsent, 'missed'],
    to: 'scheduled',
    values: { dueAt: at },
    writes: () => ({ ...startsOver, dueAt: at, queued: false }),
  },
  retry: {
    from: ['failed', 'missed', 'canceled'],
    to: 'scheduled',
    values: { dueAt: at },
    writes: () => ({ ...startsOver, dueAt: at, queued: false }),
  },
  cancel: { from: unsent, to: 'canceled', writes: () => startsOver },
  uncancel: { from: ['canceled'], to: 'scheduled', writes: () => startsOver },
  prepareAnew: { from: unsent, to: 'scheduled', writes: () => startsOver },
  bind: {
    from: ['unconfirmed'],
    to: 'published',
    values: {
      platformPostId: null,
      permalink: 'https://facebook.com/7',
      confirmedBy: 'A person',
      at,
    },
    writes: ({ sentAt }) => ({
      waitingFor: null,
      problem: null,
      finishedAt: null,
      publishedAt: sentAt,
      permalink: 'https://facebook.com/7',
      confirmedBy: 'A person',
    }),
  },
  sendAgain: {
    from: ['unconfirmed'],
    to: 'preparing',
    values: { dueAt: at },
    writes: (row) => ({
      ...{
        waitingFor: null,
        notBefore: null,
        problem: null,
        finishedAt: null,
        dueAt: at,
        commentState: null,
      },
      handles: { ...(row.handles as Row), askedAgain: true },
    }),
  },
  prepare: {
    from: ['scheduled', 'preparing'],
    to: 'preparing',
    writes: ({ state, stateAt }, now) => ({
      handles: {},
      handlesRevision: 3,
      stateAt: state === 'preparing' ? stateAt : now,
    }),
  },
  makeReadyAtOnce: {
    from: ['scheduled', 'preparing'],
    to: 'ready',
    writes: ({ revision }) => ({
      handles: {},
      handlesRevision: revision,
      waitingFor: null,
      problem: null,
    }),
  },
  makeReady: {
    from: ['preparing'],
    to: 'ready',
    writes: () => ({ waitingFor: null, problem: null }),
  },
  refuseUnsent: {
    from: unsent,
    to: 'failed',
    values: { problem },
    writes: () => ({ waitingFor: null, problem }),
  },
  miss: { from: unsent, to: 'missed', writes: () => ({ waitingFor: null }) },
  awaitConnection: {
    from: unsent,
    to: 'scheduled',
    values: { words, problem },
    sql: (sql) => ({ notBefore: sql`${at}::timestamptz` }),
    writes: () => ({ waitingFor: words, problem, notBefore: at }),
  },
  revive: { from: ['scheduled', 'failed'], to: 'scheduled', writes: () => startsOver },
  holdBack: {
    from: unsent,
    to: 'unconfirmed',
    values: { words },
    writes: () => ({ waitingFor: words, notBefore: null, revision: 4 }),
  },
  claim: {
    from: ['ready'],
    to: 'sending',
    writes: () => ({
      waitingFor: null,
      problem: null,
      attemptNumber: 3,
      sentAt: null,
      inboxUntil: null,
    }),
  },
  process: {
    from: underWay,
    to: 'processing',
    values: { words },
    writes: () => ({ waitingFor: words }),
  },
  publish: {
    from: [...underWay, 'unconfirmed'],
    to: 'published',
    values: { platformPostId: '42', confirmedBy: 'Its own list' },
    writes: (_, now) => ({
      waitingFor: null,
      problem: null,
      finishedAt: null,
      publishedAt: now,
      platformPostId: '42',
      confirmedBy: 'Its own list',
    }),
  },
  refuse: {
    from: underWay,
    to: 'failed',
    values: { problem },
    writes: () => ({ waitingFor: null, problem }),
  },
  tryAgainPreparing: {
    from: underWay,
    to: 'preparing',
    values: { words, notBefore: at },
    writes: () => ({ waitingFor: words, notBefore: at }),
  },
  tryAgainReady: {
    from: underWay,
    to: 'ready',
    values: { words, notBefore: null },
    writes: () => ({ waitingFor: words, notBefore: null }),
  },
  giveUp: {
    from: underWay,
    to: 'unconfirmed',
    values: { words },
    writes: () => ({ waitingFor: words }),
  },
  erase: {
    from: [...underWay, 'published', 'unconfirmed'],
    to: 'erased',
    writes: (_, now) => ({
      waitingFor: null,
      notBefore: null,
      inboxUntil: null,
      handles: {},
      handlesRevision: null,
      problem: null,
      platformPostId: null,
      permalink: null,
      confirmedBy: null,
      finishedAt: now,
      revision: 4,
      commentState: null,
      commentId: null,
      commentProblem: null,
      commentProof: null,
      commentNotBefore: null,
      deletionState: null,
      deletionNotBefore: null,
      deletionAnswer: null,
      deletionProblem: null,
      deletionProof: null,
    }),
  },
}
