import type { Sql } from '../../db/postgres/connect.ts'

export type BenchPage = {
  name: string
  path: string
  /** Posted as a form. Without it, the page is a GET. */
  form?: URLSearchParams
  /** Requested without a session. */
  signedOut?: boolean
  /** The expected status. Readiness is 503 here, because no worker is running. */
  status?: number
}

/** All pages of a workspace that people open, and the parts that open pages reload. */
export const pagesOf = async (
  sql: Sql,
  workspaceId: string,
  slug: string,
): Promise<BenchPage[]> => {
  const base = `/w/${slug}`
  const { published, scheduled, channel, file } = await samples(sql, workspaceId)
  const own = (path: string) => `${base}${path}`
  return [
    ...publicPages,
    { name: 'today', path: own('/today') },
    { name: 'today-part', path: own('/today?part=days') },
    { name: 'calendar-month', path: own('/calendar') },
    { name: 'calendar-week', path: own('/calendar?view=week') },
    { name: 'calendar-list', path: own('/calendar?view=list') },
    { name: 'calendar-account', path: own(`/calendar?channel=${channel}`) },
    { name: 'calendar-part', path: own('/calendar?part=grid') },
    { name: 'composer', path: own('/posts/new') },
    { name: 'composer-edit', path: own(`/posts/${scheduled}/edit`) },
    { name: 'composer-check', path: own('/posts/check'), form: await draftForm(sql, workspaceId) },
    { name: 'post', path: own(`/posts/${published}`) },
    { name: 'post-scheduled', path: own(`/posts/${scheduled}`) },
    { name: 'post-status', path: own(`/posts/${published}/status`) },
    { name: 'move', path: own(`/posts/${scheduled}/move`) },
    { name: 'media', path: own('/media') },
    { name: 'file', path: own(`/media/${file}`) },
    { name: 'insights', path: own('/insights') },
    { name: 'insights-account', path: own(`/insights/${channel}`) },
    { name: 'notices', path: own('/notices') },
    { name: 'accounts', path: own('/channels') },
    { name: 'people', path: own('/people') },
    { name: 'activity', path: own('/activity') },
    { name: 'settings', path: own('/settings') },
    { name: 'pause', path: own('/pause') },
    { name: 'account', path: '/account' },
    { name: 'operate', path: '/operate' },
    { name: 'operate-people', path: '/operate/people' },
    { name: 'promises', path: '/promises' },
  ]
}

const publicPages: BenchPage[] = [
  { name: 'ready', path: '/health/ready', signedOut: true, status: 503 },
  { name: 'home', path: '/', signedOut: true },
  { name: 'sign-in', path: '/sign-in', signedOut: true },
  { name: 'privacy', path: '/privacy', signedOut: true },
  { name: 'data-deletion', path: '/data-deletion', signedOut: true },
]

type Samples = { published: string; scheduled: string; channel: string; file: string }

/**
 * Not for TikTok accounts: the composer makes a request to TikTok for each, and nothing answers
 * here.
 */
const samples = async (sql: Sql, workspaceId: string): Promise<Samples> => {
  const post = (state: string) => sql`
    (select post_id from targets t where workspace_id = ${workspaceId} and state = ${state}
      and not exists (select from targets o where o.post_id = t.post_id and o.platform = 'tiktok')
      order by abs(extract(epoch from due_at - now())) limit 1)`
  const [row] = await sql<Samples[]>`
    select ${post('published')} as published, ${post('scheduled')} as scheduled,
      (select id from channels where workspace_id = ${workspaceId} and platform = 'instagram' and state = 'connected' order by account_id limit 1) as channel,
      (select id from media where workspace_id = ${workspaceId} and purged_at is null order by id desc limit 1) as file`
  if (!row?.published || !row.scheduled || !row.channel || !row.file)
    throw new Error(`not enough to show: ${JSON.stringify(row)}`)
  return row
}

/** What the composer sends after each pause in typing: a text, two accounts and a time. */
const draftForm = async (sql: Sql, workspaceId: string): Promise<URLSearchParams> => {
  const channels = await sql<{ id: string }[]>`
    select id from channels where workspace_id = ${workspaceId} and platform <> 'tiktok' and state = 'connected' order by platform, account_id limit 2`
  const form = new URLSearchParams({
    version: '0',
    text: 'Crate of the week',
    time: '2099-11-26T10:00',
  })
  for (const { id } of channels) form.append('channel', id)
  return form
}
