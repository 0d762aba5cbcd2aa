import type { Db } from '../../postgres/connect.ts'
import { notSentStates, openStates, stateList, unsentStates } from '../target-states.ts'

/** What a calendar can be limited to. `unclear` includes posts on hold, and `rejected` missed ones. */
export const filterStates = ['upcoming', 'published', 'unclear', 'rejected', 'draft'] as const
export type FilterState = (typeof filterStates)[number]

/** Empty lists don't limit anything. A post has to match one item of each other list. */
export type CalendarFilter = {
  channelIds: string[]
  states: FilterState[]
  authorIds: string[]
  labelIds: string[]
  /** Letters, their marks and digits only. Each one has to begin a word of the post's text. */
  words: string[]
}

export const isFiltered = (filter: CalendarFilter): boolean =>
  Object.values(filter).some((list) => list.length > 0)

/**
 * The posts of the CTE `days` that match, as the CTE `matching`. If it is limited to accounts, a
 * post is at its first time there: scheduled ones by their targets, drafts by their chosen
 * accounts.
 */
export const matchingPosts = (sql: Db, workspaceId: string, filter: CalendarFilter) => sql`
  bounds as (select min(from_at) as from_at, max(to_at) as to_at from days),
  matching as materialized (
    select p.id, p.version, p.workspace_id, p.state, p.text, p.choices, p.created_by, p.due_at
    from ${candidates(sql, workspaceId, filter.channelIds)} p where ${matches(sql, filter)}),`

const candidates = (sql: Db, workspaceId: string, channelIds: string[]) =>
  channelIds.length === 0
    ? sql`(select posts.* from bounds b join posts on posts.workspace_id = ${workspaceId}
        and posts.state <> 'discarded' and posts.due_at >= b.from_at and posts.due_at < b.to_at)`
    : sql`(
        select ${columns(sql)}, there.due_at from bounds b
          cross join lateral (select post_id, min(due_at) as due_at from targets
            where channel_id = any(${channelIds}::uuid[]) and due_at >= b.from_at and due_at < b.to_at
            group by post_id) there
          join posts on posts.id = there.post_id and posts.workspace_id = ${workspaceId} and posts.state = 'scheduled'
        union all
        select ${columns(sql)}, posts.due_at from bounds b join posts on posts.workspace_id = ${workspaceId}
          and posts.state = 'draft' and posts.choices ?| ${channelIds}::text[]
          and posts.due_at >= b.from_at and posts.due_at < b.to_at)`

const columns = (sql: Db) => sql`
  posts.id, posts.version, posts.workspace_id, posts.state, posts.text, posts.variants, posts.choices, posts.created_by`

const matches = (sql: Db, { states, authorIds, labelIds, words }: CalendarFilter) => sql`
  (${authorIds.length === 0} or p.created_by = any(${authorIds}::uuid[]))
  and ${labelIds.length === 0 ? sql`true` : sql`exists (select from post_labels l where l.post_id = p.id and l.label_id = any(${labelIds}::uuid[]))`}
  and ${words.length === 0 ? sql`true` : sql`${postWords(sql)} @@ to_tsquery('simple', ${wordQuery(words)})`}
  and (${states.length === 0 ? sql`true` : states.map((state) => inState(sql, state)).reduce((all, one) => sql`${all} or ${one}`)})`

/** The words of a post `p`, as the index `posts_words` has them. */
const postWords = (sql: Db) => sql`words_of_post(p.text, p.variants)`

const wordQuery = (words: string[]): string => words.map(inAnyCase).join(' & ')

/** A database whose locale is C knows the two cases of A to Z only, so `über` asks for `Über` too. */
const inAnyCase = (word: string): string => {
  const [lower, upper] = [word.toLowerCase(), word.toUpperCase()]
  const [first = ''] = upper
  const cases = new Set([word, lower, upper, first + lower.slice([...lower][0]?.length)])
  return `(${[...cases].map((one) => `'${one}':*`).join(' | ')})`
}

const inState = (sql: Db, state: FilterState) => {
  switch (state) {
    case 'draft':
      return sql`p.state = 'draft'`
    case 'upcoming':
      return hasTarget(sql, sql`t.state in ${stateList(sql, openStates)}`)
    case 'published':
      return hasTarget(sql, sql`t.state = 'published'`)
    case 'rejected':
      return hasTarget(sql, sql`t.state in ${stateList(sql, notSentStates)}`)
    case 'unclear':
      return hasTarget(
        sql,
        sql`(t.state = 'unconfirmed' or t.state in ${stateList(sql, unsentStates)}
          and exists (select from channels where id = t.channel_id and state <> 'connected'))`,
      )
  }
}

const hasTarget = (sql: Db, condition: ReturnType<Db>) =>
  sql`exists (select from targets t where t.post_id = p.id and ${condition})`
