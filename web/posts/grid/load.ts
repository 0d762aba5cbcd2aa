import { Temporal } from 'temporal-polyfill'
import { type ComposeChannel, listAccountNames } from '../../../db/channels/account-facts.ts'
import { type GridPost, listGrid } from '../../../db/posts/calendar/grid.ts'
import { listSlots, listTakenTimes } from '../../../db/posts/slots.ts'
import { notBegunStates } from '../../../db/posts/target-states.ts'
import type { Platform } from '../../../platforms/platform.ts'
import { beforeTime } from '../../../text/date-style.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { formats } from '../../time/formats.ts'
import { dateOf } from '../../time/wall-time.ts'
import { type Entry, entryReader } from '../calendar/entries.ts'
import { slotTimes } from '../when/slots.ts'
import { type Trade, timesAfter } from './plan.ts'

/** Three rows of three, as a profile shows them. */
const inPart = 9
const draftsShown = 12

type Account = Pick<ComposeChannel, 'id' | 'platform' | 'name'> & { look: Platform }

/** A post as a tile of the grid. */
type Tile = Entry & {
  part: GridPost['part']
  /** The time in the new order. Null for a draft without a time, and for a published post. */
  at: Date | null
  /** `Dec 13, 6:00 PM` */
  label: string
  /** The video at the frame that is its cover. Empty unless a frame was chosen. */
  cover: string
  glyph: 'stack-2' | 'player-play' | null
  /** Why it can't move. Empty if it can. */
  fixed: string
  isChanged: boolean
}

/** What would change for a post: its times so far, and the new one. */
type Change = {
  tile: Tile
  /** Several if its accounts have different ones. Empty for a draft without a time. */
  before: string[]
  after: string
  /** `id.version.milliseconds`, as the form sends it. */
  field: string
}

/** The accounts whose platform shows posts as a grid. */
export const gridAccounts = async (deps: WebDeps, workspaceId: string): Promise<Account[]> =>
  (await listAccountNames(deps.sql, workspaceId)).flatMap((one) => {
    const look = deps.platforms.platforms.get(one.platform)
    return look?.profileGrid ? [{ ...one, look }] : []
  })

/** The grid of an account in the order that the trades make, newest first, with what they change. */
export const loadGrid = async (
  deps: WebDeps,
  workspace: Workspace,
  { account, trades }: { account: Account; trades: Trade[] },
) => {
  const now = new Date(deps.now())
  const posts = await listGrid(deps.sql, {
    workspaceId: workspace.id,
    channelId: account.id,
    without: account.look.profileGrid?.without ?? [],
    now,
    next: inPart,
    last: inPart,
    drafts: draftsShown,
  })
  const next = posts.filter((post) => post.part === 'next')
  const places = next.flatMap(({ id, at, ...post }) =>
    at ? [{ id, at, mayMove: fixedWords(post) === '' }] : [],
  )
  const drafts = posts.filter((post) => post.part === 'draft')
  const plan = timesAfter({
    places,
    drafts: drafts.map(({ id }) => id),
    trades,
    after: await laterThan(deps, workspace, account.id, places.at(-1)?.at ?? now),
  })
  const tileOf = createTiles(deps, workspace, plan)
  const upcoming = [...next, ...drafts].filter(({ id }) => plan.has(id)).map(tileOf)
  const changed = upcoming.filter(({ isChanged }) => isChanged)
  const was = new Map(posts.map((post) => [post.id, post]))
  return {
    upcoming: upcoming.sort(newestFirst),
    published: posts
      .filter(({ part }) => part === 'last')
      .map(tileOf)
      .reverse(),
    drafts: drafts.filter(({ id }) => !plan.has(id)).map(tileOf),
    changes: changed.sort(newestFirst).map((tile) => changeOf(deps, workspace, tile, was)),
  }
}

const newestFirst = (a: Tile, b: Tile): number =>
  Number(b.at) - Number(a.at) || b.id.localeCompare(a.id)

const createTiles = (deps: WebDeps, workspace: Workspace, plan: Map<string, Date>) => {
  const fmt = formats(workspace, deps.now())
  const read = entryReader(deps, workspace)
  return (post: GridPost): Tile => {
    const at = post.part === 'last' ? null : (plan.get(post.id) ?? null)
    const shown = at ?? post.at
    const file = `/w/${workspace.slug}/media/${post.picture?.id}/file`
    return {
      ...read.entry(post),
      part: post.part,
      at,
      label: shown
        ? `${read.on.dayAndMonth(dateOf(shown, workspace.zone))}${beforeTime(workspace.dates)}${fmt.time(shown)}`
        : '',
      cover: coverOf(post, file),
      glyph: glyphOf(post),
      fixed: fixedWords(post),
      isChanged: at !== null && at.getTime() !== post.at?.getTime(),
    }
  }
}

const glyphOf = ({ files, picture, isPlayable }: GridPost): Tile['glyph'] =>
  files > 1 ? 'stack-2' : isPlayable || picture?.kind === 'video' ? 'player-play' : null

const coverOf = ({ files, isPlayable, picture, coverSecond, startMs }: GridPost, file: string) => {
  const second = Number(coverSecond)
  if (files !== 1 || !isPlayable || !picture || !(second > 0)) return ''
  return `${file}#t=${startMs / 1_000 + second}`
}

/** Posts move only before anything of them has begun. */
const fixedWords = ({ part, state, targets }: Pick<GridPost, 'part' | 'state' | 'targets'>) => {
  if (part === 'last') return 'Already published'
  if (state === 'draft' || targets.every((one) => notBegunStates.includes(one.state))) return ''
  return targets.some((one) => one.state === 'published')
    ? 'Already published on another account'
    : 'Already being published'
}

const changeOf = (
  deps: WebDeps,
  workspace: Workspace,
  tile: Tile,
  was: Map<string, GridPost>,
): Change => {
  const fmt = formats(workspace, deps.now())
  const post = was.get(tile.id)
  const planned = post?.targets.flatMap((one) =>
    one.state === 'scheduled' && one.dueAt ? [Date.parse(one.dueAt)] : [],
  )
  const times = planned?.length ? planned : post?.at ? [post.at.getTime()] : []
  const before = [...new Set(times)].sort((a, b) => a - b).map((atMs) => fmt.when(new Date(atMs)))
  const field = `${tile.id}.${tile.version}.${tile.at?.getTime()}`
  return { tile, before, after: tile.at ? fmt.when(tile.at) : '', field }
}

/** The account's next free slot after a time. Without slots, the same time of the next day. */
const laterThan = async (
  deps: WebDeps,
  workspace: Workspace,
  channelId: string,
  last: Date,
): Promise<(at: Date) => Date> => {
  const [slots, taken] = await Promise.all([
    listSlots(deps.sql, workspace.id, [channelId]),
    listTakenTimes(deps.sql, {
      workspaceId: workspace.id,
      channelIds: [channelId],
      postId: null,
      after: last,
      before: null,
    }),
  ])
  const busy = new Set(taken.map(({ dueAt }) => dueAt.getTime()))
  return (at) => {
    if (slots.length > 0)
      for (const time of slotTimes(slots, workspace.zone, at.getTime()))
        if (!busy.has(time.getTime()) && time.getTime() > deps.now()) {
          busy.add(time.getTime())
          return time
        }
    const next = Temporal.Instant.fromEpochMilliseconds(at.getTime())
      .toZonedDateTimeISO(workspace.zone)
      .add({ days: 1 })
    return new Date(next.epochMilliseconds)
  }
}
