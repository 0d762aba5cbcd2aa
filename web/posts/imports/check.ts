import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ComposeChannel, listChannelsToCompose } from '../../../db/channels/account-facts.ts'
import type { CellFault, ImportedPost } from '../../../db/posts/imports/imports.ts'
import { listLabels } from '../../../db/posts/labels/labels.ts'
import { listMediaByIds, listMediaIdsByName, type Media } from '../../../db/posts/media.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import { freshFacts } from '../../channels/account-facts.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { readWallTime } from '../../time/wall-time.ts'
import { draftFor, type ToJudge } from '../composer.ts'
import { type Fault, faultSentence, faultsOf } from '../composer-faults.ts'
import { draftOf } from '../drafts/draft-of.ts'
import { targetsOf } from '../targets-to-schedule.ts'
import { planOf } from '../when/plan.ts'
import { readRow } from './cells.ts'
import type { TableRow } from './columns.ts'
import { accountsByName, type CellNames, groupBy, keyOf, namesIn } from './names.ts'

/** `targets`: what its accounts would get now. */
export type CheckedRow = {
  position: number
  post: ImportedPost
  targets: JsonRecord[]
  faults: CellFault[]
}

/** How long rows are judged between two looks at other requests, in milliseconds. */
const turnMs = 20

/** The dry run: judges each row by the composer's rules. Writes nothing. */
export const checkRows = async (
  deps: WebDeps,
  workspace: Workspace,
  rows: TableRow[],
): Promise<CheckedRow[]> => {
  const names = await loadNames(deps, workspace, rows)
  const chosen = rows.flatMap(({ cells }) => accountsIn(cells.accounts, names))
  await freshFacts(deps, workspace.id, [...new Set(chosen)])
  const checked: CheckedRow[] = []
  let began = performance.now()
  for (const row of rows) {
    checked.push(checkRow(deps, workspace, row, names))
    if (performance.now() - began < turnMs) continue
    await nextTurn()
    began = performance.now()
  }
  return checked
}

const accountsIn = (cell: string, { accounts }: CellNames): ComposeChannel[] =>
  namesIn(cell, accounts).flatMap((name) => accounts.get(keyOf(name)) ?? [])

const loadNames = async (
  deps: WebDeps,
  workspace: Workspace,
  rows: TableRow[],
): Promise<CellNames> => {
  const wanted = new Set(
    rows.flatMap(({ cells }) => [cells.files, ...namesIn(cells.files, new Map())]),
  )
  wanted.delete('')
  const [channels, labels, mediaIds] = await Promise.all([
    listChannelsToCompose(deps.sql, workspace.id, []),
    listLabels(deps.sql, workspace.id),
    wanted.size > 0 ? listMediaIdsByName(deps.sql, workspace.id, [...wanted]) : [],
  ])
  const media = await listMediaByIds(deps.sql, workspace.id, mediaIds)
  return {
    accounts: accountsByName(channels, deps.platforms),
    labels: groupBy(labels, ({ name }) => [name]),
    files: groupBy<Media>(media, ({ fileName }) => [fileName]),
  }
}

const checkRow = (
  deps: WebDeps,
  workspace: Workspace,
  { number, cells }: TableRow,
  names: CellNames,
): CheckedRow => {
  const { form, state, faults, accounts, files } = readRow(cells, workspace, names)
  const media = files.map((file) => ({ ...file, edits: null }))
  const own = { ...form, media: media.map(({ id, altText, edits }) => ({ id, altText, edits })) }
  const channels = accounts.flatMap((channel) => {
    const platform = deps.platforms.platforms.get(channel.platform)
    return platform ? [draftFor(channel, platform, own, media, [], null)] : []
  })
  const time =
    form.time === '' ? null : readWallTime(form.time, form.zone, form.fold, workspace.dates)
  const slots = { slot: [], queue: [] }
  const plan = planOf(form.channels, null, { time, slots, post: null, targets: [] })
  const composer: ToJudge = {
    ...{ workspace, form: own, channels, media, time, plan, slots },
    ...{ post: null, targets: [], asksFirst: false, series: null, runningSeries: 0 },
  }
  // Cells that can't be read say what is wrong better than the rules that miss them.
  const unread = new Set(faults.map(({ column }) => column))
  const broken =
    state === 'scheduled' ? faultsOf(composer, 'schedule', deps.now()) : faultsOfDraft(composer)
  const all = [
    ...faults,
    ...broken.map((fault) => ({ column: columnOf(fault), words: wordsOf(fault) })),
  ].filter((fault, at) => at < faults.length || !hides(unread, fault.column))
  const draft = draftOf(composer, state, null)
  const { slotChoice: _slot, repeats: _repeats, dueAt, ...kept } = draft
  return {
    position: number,
    post: {
      ...kept,
      dueAt: dueAt?.toISOString() ?? null,
      media: media.map(({ id, altText }) => ({ id, altText })),
      labels: form.labels,
    },
    targets:
      state === 'scheduled' && all.length === 0
        ? (targetsOf(composer, plan) as unknown as JsonRecord[])
        : [],
    faults: all.map((fault) => ({ row: number, ...fault })),
  }
}

const hides = (unread: Set<string>, column: string): boolean =>
  unread.has(column) ||
  (column === 'time' && ['date', 'zone'].some((one) => unread.has(one))) ||
  (['accounts', 'text'].includes(column) && unread.has('files'))

/** A draft needs only a time that exists, if it has one. */
const faultsOfDraft = ({ time }: ToJudge): Fault[] =>
  time && !time.ok
    ? [
        {
          ...{ place: 'time', rule: 'time_unclear', words: time.words },
          ...{ channelId: null, platform: null, item: null, setting: null },
        },
      ]
    : []

const wordsOf = (fault: Fault): string => {
  const words = faultSentence(fault)
  if (fault.rule === 'time_missing') return 'Write a day and a time, or “draft” under state.'
  if (fault.rule === 'time_past') return 'This time has passed. Write a later one.'
  if (fault.rule === 'time_unclear' && words.includes('happens twice'))
    return `${words} Add “first” or “second” to the time, such as “1:30 first”.`
  return fault.place === 'settings' && fault.setting !== 'first_comment'
    ? `${words} A file has no column for this: write “draft” under state and choose it in the post.`
    : words
}

const columnOf = ({ place, setting }: Fault): string => {
  switch (place) {
    case 'channels':
    case 'kind':
      return 'accounts'
    case 'media':
      return 'files'
    case 'settings':
      return setting === 'first_comment' ? 'first comment' : 'accounts'
    default:
      return place
  }
}
