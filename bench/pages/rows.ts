import { insertMembership } from '../../db/people/memberships.ts'
import { insertUser } from '../../db/people/users.ts'
import { insertWorkspace } from '../../db/people/workspaces.ts'
import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'

export type Size = {
  slug: string
  posts: number
  files: number
  accounts: number
  events: number
  /**
   * Days of posts. The last 30 are in the future. More days with the same number per day mean a
   * longer history, not a busier team.
   */
  days: number
}

const zone = 'Europe/Zurich'
const daysAhead = 30
const members = 50

/**
 * Fills a workspace by SQL with the data of a team of this size. Returns its id. Nothing in it is
 * ever sent.
 */
export const fillWorkspace = async (sql: Sql, size: Size): Promise<string> =>
  await tx(sql, async (t) => {
    await t`set local statement_timeout = 0`
    await t`set local idle_in_transaction_session_timeout = 0`
    // Millions of consistent rows need no triggers and no foreign key checks.
    await t`set local session_replication_role = replica`
    const authorId = await insertUser(t, person(size.slug, 0))
    const workspaceId = await insertWorkspace(t, {
      slug: size.slug,
      name: 'Northside',
      zone,
      createdBy: authorId,
    })
    if (!workspaceId) throw new Error(`the workspace ${size.slug} exists already`)
    const own = { ...size, workspaceId, authorId }
    await insertMembership(t, workspaceId, authorId, 'admin')
    for (let n = 1; n < members; n += 1)
      await insertMembership(t, workspaceId, await insertUser(t, person(size.slug, n)), 'manager')
    await insertAccounts(t, own)
    await insertFiles(t, own)
    await insertPosts(t, own)
    await insertEvents(t, own)
    await insertNumbers(t, own)
    return workspaceId
  })

const person = (slug: string, n: number) => ({
  email: `${slug}-${n}@example.com`,
  name: `Person ${n}`,
  passwordHash: '-',
  isOperator: false,
})

type Own = Size & { workspaceId: string; authorId: string }

/** Ten accounts per authorization. Two accounts need to be reconnected. */
const insertAccounts = async (t: Db, own: Own): Promise<void> => {
  await t`
    insert into grants (workspace_id, issuer, issuer_user_id, user_name, scopes, connected_by, expires_at)
    select ${own.workspaceId}, case when n % 3 = 2 then 'tiktok' else 'meta' end, 'filled-' || n, 'Ada Northside', '{}',
      ${own.authorId}, now() + interval '50 days'
    from generate_series(0, ${Math.ceil(own.accounts / 10) - 1}::int) n`
  await t`
    insert into channels (workspace_id, grant_id, platform, account_id, name, handle, connected_at, state, state_reason)
    select ${own.workspaceId}, g.id, case when g.issuer = 'tiktok' then 'tiktok' when n % 2 = 0 then 'instagram' else 'facebook' end,
      'filled-' || n, (array['Northside Records', 'Northside Café', 'Second Hand', 'The Listening Bar'])[1 + n % 4] || ' ' || n,
      case when n % 2 = 1 and g.issuer = 'meta' then '' else 'northside' || n end, now() - interval '1 year',
      case when n in (7, 8) then 'reconnect' else 'connected' end, case when n in (7, 8) then 'The password was changed.' end
    from generate_series(0, ${own.accounts}::int - 1) n
      join grants g on g.workspace_id = ${own.workspaceId} and g.issuer_user_id = 'filled-' || n / 10`
}

const insertFiles = async (t: Db, own: Own): Promise<void> => {
  await t`
    insert into media (workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, duration_ms, video_codec,
      audio_codec, fps, store_key, thumbnail_key, uploaded_by, uploaded_at)
    select ${own.workspaceId}, kind, case kind when 'image' then 'image/jpeg' else 'video/mp4' end,
      'IMG_' || n || case kind when 'image' then '.jpg' else '.mp4' end, 480000 + n, sha256(n::text::bytea), 1080,
      case kind when 'image' then 1080 else 1920 end, case kind when 'video' then 14000 end, case kind when 'video' then 'avc' end,
      case kind when 'video' then 'aac' end, case kind when 'video' then 30 end, ${own.slug} || '-' || n, ${own.slug} || '-small-' || n,
      ${own.authorId}, now() - interval '1 minute' * (${own.files}::int - n)
    from generate_series(1, ${own.files}::int) n, lateral (select case when n % 5 = 0 then 'video' else 'image' end as kind) k`
}

/**
 * Posts evenly over the days, each on two accounts and with a file. Every 97th post of the past
 * month was refused and waits for a decision. Another 40 are drafts without a time.
 */
const insertPosts = async (t: Db, own: Own): Promise<void> => {
  await t`
    create temp table filled_channels on commit drop as
    select id, platform, substr(account_id, 8)::int as n,
      case platform when 'facebook' then 'photo' when 'instagram' then 'image' else 'video' end as kind
    from channels where workspace_id = ${own.workspaceId}`
  await t`
    create temp table filled on commit drop as
    select uuid_v7() as post_id, n, now() + interval '1 day' * (${daysAhead}::float8 - n * ${own.days}::float8 / ${own.posts}::float8) as due_at,
      (${captions}::text[])[1 + n % ${captions.length}::int] || ' #vinyl #northside ' || n as text,
      array[n % ${own.accounts}::int, (n * 7 + 3) % ${own.accounts}::int] as accounts
    from generate_series(0, ${own.posts}::int - 1) n`
  await t`
    insert into posts (id, workspace_id, created_by, state, text, choices, wall_time, zone, due_at, created_at, updated_at)
    select post_id, ${own.workspaceId}, ${own.authorId}, 'scheduled', text,
      (select jsonb_object_agg(c.id, jsonb_build_object('kind', c.kind, 'settings', '{}'::jsonb)) from filled_channels c where c.n = any(accounts)),
      to_char(due_at at time zone ${zone}, 'YYYY-MM-DD"T"HH24:MI'), ${zone}, due_at, due_at - interval '3 days', due_at - interval '3 days'
    from filled`
  await t`
    insert into posts (workspace_id, created_by, text, choices)
    select ${own.workspaceId}, ${own.authorId}, 'An idea for later, number ' || n, jsonb_build_object((select id from filled_channels c where c.n = i.n % ${own.accounts}::int), '{}'::jsonb)
    from generate_series(1, 40) i (n)`
  await t`
    insert into post_media (post_id, workspace_id, media_id, position, alt_text)
    select f.post_id, ${own.workspaceId}, m.id, 1, 'A record sleeve on a wooden counter'
    from filled f join (select id, row_number() over (order by id) - 1 as n from media where workspace_id = ${own.workspaceId}) m
      on m.n = f.n % ${own.files}::int`
  await insertTargets(t, own)
}

const insertTargets = async (t: Db, own: Own): Promise<void> => {
  await t`
    create temp table filled_targets on commit drop as
    select uuid_v7() as id, f.post_id, f.n, f.text, f.due_at, c.id as channel_id, c.platform, c.kind,
      case when f.due_at > now() then 'scheduled'
        when f.n % 97 = 0 and c.n = f.accounts[1] and f.due_at > now() - interval '30 days' then 'failed' else 'published' end as state
    from filled f join filled_channels c on c.n = any(f.accounts)`
  await t`
    insert into targets (id, workspace_id, post_id, channel_id, platform, kind, text, due_at, state, state_at, attempt_number, problem,
      platform_post_id, permalink, sent_at, published_at, confirmed_by, finished_at)
    select id, ${own.workspaceId}, post_id, channel_id, platform, kind, text, due_at, state, least(due_at, now()),
      case when state = 'scheduled' then 0 else 1 end,
      case when state = 'failed' then '{"kind": "rejected", "code": "36003", "words": "The picture is too narrow."}'::jsonb end,
      case when published then 'post-' || id end, case when published then 'https://platform.example/' || id end,
      case when state <> 'scheduled' then due_at end, case when published then due_at + interval '1 second' end,
      case when published then 'answer' end, case when published then due_at + interval '2 seconds' end
    from filled_targets, lateral (select state = 'published' as published) p`
  await t`
    insert into attempts (workspace_id, target_id, number, revision, fingerprint, claimed_at, sent_at, ended_at, outcome)
    select ${own.workspaceId}, id, 1, 1, sha256(id::text::bytea), due_at, due_at + interval '20 ms', due_at + interval '1 second',
      case state when 'failed' then 'refused' else 'accepted' end
    from filled_targets where state <> 'scheduled'`
}

/**
 * Events of the posts, newest first, then of uploaded files, until there are as many as requested.
 */
const insertEvents = async (t: Db, own: Own): Promise<void> => {
  await t`
    insert into events (id, name, workspace_id, user_id, subject_id, facts, at)
    select uuid_v7(), name, ${own.workspaceId}, user_id, subject_id, facts, at from (
      select * from (
        select 'post.scheduled' as name, ${own.authorId}::uuid as user_id, post_id as subject_id,
          jsonb_build_object('due_at', due_at, 'changes', '[]'::jsonb) as facts, least(due_at, now()) - interval '1 hour' as at from filled
        union all
        select 'target.published', null, id, jsonb_build_object('platform', platform), due_at from filled_targets where state = 'published'
        union all
        select 'media.uploaded', ${own.authorId}::uuid, null, '{"kind": "image"}', now() - interval '1 minute' * n
          from generate_series(1, ${own.events}::int) n) possible
      order by name = 'media.uploaded', at desc limit ${own.events}) e order by at`
  await t`
    insert into notices (workspace_id, user_id, kind, cause, target_id, facts, by_mail, created_at)
    select ${own.workspaceId}, ${own.authorId}, 'failed', 'failed:' || id || ':1', id, '{}', false, due_at from filled_targets where state = 'failed'`
}

/**
 * Metrics as measuring stores them: the latest of each post, readings of the past two months, and
 * sums of days from their own triggers.
 */
const insertNumbers = async (t: Db, own: Own): Promise<void> => {
  await t`select ensure_snapshot_month(month) from
    generate_series(date_trunc('month', now() at time zone 'UTC') - interval '3 months', now() at time zone 'UTC', '1 month') month`
  await t`
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at, taken_at, views, reach, likes, comments,
      shares, saves, source)
    select id, ${own.workspaceId}, channel_id, (select kind from targets t where t.id = filled_targets.id), due_at, null,
      now() - interval '1 hour', 900 + n % 4000, 700 + n % 3000, 40 + n % 300,
      n % 30, n % 20, n % 40, 'filled'
    from filled_targets where state = 'published'`
  await t`
    insert into snapshots (workspace_id, target_id, taken_at, views, reach, likes, comments, shares, saves, source)
    select ${own.workspaceId}, id, due_at + age, (900 + n % 4000) * share, (700 + n % 3000) * share, (40 + n % 300) * share, n % 30, n % 20,
      n % 40, 'filled'
    from filled_targets, (values (interval '1 hour', 0.2), ('6 hours', 0.4), ('24 hours', 0.6), ('3 days', 0.7), ('7 days', 0.8),
      ('14 days', 0.9), ('28 days', 1)) reading (age, share)
    where state = 'published' and due_at > now() - interval '60 days' and due_at + age < now()`
  await t`set local session_replication_role = origin`
  await t`
    insert into channel_days (workspace_id, channel_id, day, views, reach, likes, comments, shares, saves, followers, taken_at)
    select ${own.workspaceId}, id, day, 400 + (n * 7 + extract(doy from day)::int * 13) % 900, 300 + n % 400, 30 + n % 60, n % 9, n % 7,
      n % 11, 2400 + n * 10, day + interval '5 hours'
    from filled_channels, generate_series(current_date - ${Math.round(own.days - daysAhead)}::int, current_date, '1 day') day`
}

const captions = [
  'Reel from the pressing plant: how a record is made, from the lacquer to the sleeve, in under a minute.',
  'Crate of the week. Ten records that we could not stop playing, and one that nobody in the shop agrees on.',
  'The listening bar opens on Thursday at six. First come, first seated, and the first drink is on us.',
  'Two copies left, and they will not be pressed again.',
]
