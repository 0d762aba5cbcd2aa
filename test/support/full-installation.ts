import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'

/**
 * How much there is, once filled. Rows have ids made of their number, so each table is filled by
 * one statement, without looking anything up. Post n belongs to workspace n modulo their number,
 * and so do accounts and files.
 */
const sizes = {
  workspaces: 40,
  people: 2_000,
  accounts: 400,
  files: 15_000,
  posts: 150_000,
  days: 770,
  daysAhead: 30,
}

/** Tables that grow for as long as the installation is used: no hot query may scan one of them. */
export const growing = [
  ...[
    'posts',
    'targets',
    'post_media',
    'media',
    'media_links',
    'attempts',
    'comment_attempts',
    'events',
    'notices',
  ],
  ...[
    'snapshots',
    'measured_targets',
    'elsewhere_posts',
    'account_snapshots',
    'channel_days',
    'format_days',
    'form_keys',
  ],
]

/**
 * Fills an installation that is two years old with 300,000 targets, 100,000 events and what belongs
 * to them, most of it published. Some rows are older than 24 months. Nothing in it is ever sent.
 */
export const fillInstallation = async (sql: Sql): Promise<void> => {
  await tx(sql, async (t) => {
    await t`set local statement_timeout = 0`
    // Consistent rows need no triggers and no foreign key checks.
    await t`set local session_replication_role = replica`
    await t`
      create function pg_temp.id(kind int, n int) returns uuid language sql immutable
      return (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`
    await t`set local maintenance_work_mem = '256MB'`
    await t`set local work_mem = '64MB'`
    const indexes = await takeIndexes(t)
    await fillPeople(t)
    await fillPosts(t)
    await fillLog(t)
    await fillNumbers(t)
    for (const { definition } of indexes) await t.unsafe(definition)
  })
}

/** Drops the indexes of the large tables. It is much faster to create them again afterwards. */
const takeIndexes = async (t: Db): Promise<{ name: string; definition: string }[]> => {
  const indexes = await t<{ name: string; definition: string }[]>`
    select c.relname as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = any(${growing}::regclass[]) and c.relkind = 'i'
      and not exists (select from pg_constraint where conindid = i.indexrelid)`
  for (const { name } of indexes) await t`drop index ${t(name)}`
  return indexes
}

const fillPeople = async (t: Db): Promise<void> => {
  await t`
    insert into users (id, email, name, password_hash)
    select pg_temp.id(1, n), 'person-' || n || '@example.com', 'Person ' || n, '-' from generate_series(0, ${sizes.people}::int - 1) n`
  await t`
    insert into workspaces (id, slug, name, zone, created_by, set_up_at)
    select pg_temp.id(2, n), 'shop-' || n, 'Shop ' || n, 'Europe/Zurich', pg_temp.id(1, n), now()
    from generate_series(0, ${sizes.workspaces}::int - 1) n`
  await t`
    insert into memberships (workspace_id, user_id, role)
    select pg_temp.id(2, n % ${sizes.workspaces}::int), pg_temp.id(1, n), case when n < ${sizes.workspaces} then 'admin' else 'manager' end
    from generate_series(0, ${sizes.people}::int - 1) n`
  await t`
    insert into grants (id, workspace_id, issuer, issuer_user_id, user_name, scopes, connected_by, expires_at)
    select pg_temp.id(3, n), pg_temp.id(2, n % ${sizes.workspaces}::int), case when n < ${sizes.workspaces} then 'meta' else 'tiktok' end,
      'person-' || n, 'Ada', '{}', pg_temp.id(1, n % ${sizes.workspaces}::int), now() + interval '50 days'
    from generate_series(0, 2 * ${sizes.workspaces}::int - 1) n`
  await t`
    insert into channels (id, workspace_id, grant_id, platform, account_id, name, handle, connected_at)
    select pg_temp.id(4, n), pg_temp.id(2, w), pg_temp.id(3, case platform when 'tiktok' then ${sizes.workspaces}::int + w else w end),
      platform, 'account-' || n, 'Account ' || n, 'account' || n, now() - interval '2 years'
    from generate_series(0, ${sizes.accounts}::int - 1) n, lateral (select n % ${sizes.workspaces}::int as w,
      (array['facebook', 'instagram', 'tiktok'])[1 + n / ${sizes.workspaces}::int % 3] as platform) of`
}

const fillPosts = async (t: Db): Promise<void> => {
  await t`
    create temp table filled on commit drop as
    select n, w, due_at, pg_temp.id(5, n) as post_id, pg_temp.id(2, w) as workspace_id, w + ${sizes.workspaces}::int * (n / ${sizes.workspaces}::int / 10) as file
    from generate_series(0, ${sizes.posts}::int - 1) n, lateral (select n % ${sizes.workspaces}::int as w,
      now() + make_interval(days => ${sizes.daysAhead}) - interval '1 day' * (${sizes.days}::float8 * (${sizes.posts}::int - n) / ${sizes.posts}::int) as due_at) of`
  await t`
    create temp table filled_targets on commit drop as
    select f.*, 2 * n + side as number, pg_temp.id(6, 2 * n + side) as id, pg_temp.id(4, account) as channel_id,
      (array['facebook', 'instagram', 'tiktok'])[1 + account / ${sizes.workspaces}::int % 3] as platform,
      case when due_at > now() then 'scheduled' when n % 97 = 0 and due_at > now() - interval '30 days' then 'failed' else 'published' end as state
    from filled f, (values (0), (1)) s (side),
      lateral (select w + ${sizes.workspaces}::int * ((n / ${sizes.workspaces}::int + 5 * side) % 10) as account) of`
  await t`
    insert into media (id, workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, store_key, uploaded_by,
      uploaded_at, purged_at, files_removed_at)
    select pg_temp.id(7, file), min(workspace_id::text)::uuid, 'image', 'image/jpeg', 'IMG_' || file || '.jpg', 480000, sha256(file::text::bytea),
      1080, 1080, 'a-random-name-of-a-file-' || file, pg_temp.id(1, min(w)), min(due_at) - interval '3 days', min(gone), min(gone)
    from filled, lateral (select case when due_at < now() - interval '100 days' then due_at + interval '91 days' end as gone) of group by file`
  await t`
    insert into posts (id, workspace_id, created_by, state, text, choices, wall_time, zone, due_at, created_at, updated_at)
    select post_id, workspace_id, pg_temp.id(1, w), 'scheduled', 'Crate of the week, number ' || n, '{}',
      to_char(due_at at time zone 'Europe/Zurich', 'YYYY-MM-DD"T"HH24:MI'), 'Europe/Zurich', due_at, due_at - interval '3 days', due_at - interval '3 days'
    from filled`
  await t`
    insert into posts (workspace_id, created_by, text)
    select pg_temp.id(2, n % ${sizes.workspaces}::int), pg_temp.id(1, n % ${sizes.workspaces}::int), 'An idea' from generate_series(1, 1000) n`
  await t`
    insert into post_media (post_id, workspace_id, media_id, position, alt_text)
    select post_id, workspace_id, pg_temp.id(7, file), 1, 'A record sleeve' from filled`
  await t`
    insert into targets (id, workspace_id, post_id, channel_id, platform, kind, text, due_at, state, state_at, attempt_number, problem,
      platform_post_id, permalink, sent_at, published_at, confirmed_by, finished_at)
    select id, workspace_id, post_id, channel_id, platform, 'image', 'Crate of the week, number ' || n, due_at, state, least(due_at, now()),
      case when state = 'scheduled' then 0 else 1 end,
      case when state = 'failed' then '{"kind": "rejected", "code": "36003", "words": "The picture is too narrow."}'::jsonb end,
      case when out then 'post-' || number end, case when out then 'https://platform.example/' || number end,
      case when state <> 'scheduled' then due_at end, case when out then due_at + interval '1 second' end,
      case when out then 'answer' end, case when out then due_at + interval '2 seconds' end
    from filled_targets, lateral (select state = 'published' as out) p`
  await t`
    insert into attempts (workspace_id, target_id, number, revision, fingerprint, claimed_at, sent_at, ended_at, outcome)
    select workspace_id, id, 1, 1, sha256(number::text::bytea), due_at, due_at + interval '20 ms', due_at + interval '1 second',
      case state when 'failed' then 'refused' else 'accepted' end
    from filled_targets where state <> 'scheduled'`
  await t`
    insert into comment_attempts (workspace_id, target_id, number, fingerprint, claimed_at, sent_at, ended_at, outcome)
    select workspace_id, id, 1, sha256(number::text::bytea), due_at, due_at, due_at + interval '1 second', 'accepted'
    from filled_targets where state = 'published' and n % 10 = 0`
  await t`
    insert into media_links (name, media_id, workspace_id, target_id, attempt_number, created_at)
    select 'a-public-name-of-a-file-' || number || '.jpg', pg_temp.id(7, file), workspace_id, id, 1, due_at
    from filled_targets where state <> 'scheduled' and n % 3 = 0`
}

const fillLog = async (t: Db): Promise<void> => {
  await t`
    insert into events (name, workspace_id, user_id, subject_id, facts, at)
    select name, workspace_id, user_id, subject_id, facts, at from (
      select 'post.scheduled' as name, workspace_id, pg_temp.id(1, w) as user_id, post_id as subject_id, '{"changes": []}'::jsonb as facts,
        due_at - interval '3 days' as at from filled where n % 3 = 0
      union all
      select 'target.published', workspace_id, null, id, jsonb_build_object('platform', platform), due_at from filled_targets
      where n % 3 = 0 and number % 2 = 0) e order by at`
  await t`
    insert into notices (workspace_id, user_id, kind, cause, target_id, facts, by_mail, created_at, seen_at)
    select workspace_id, pg_temp.id(1, w), 'failed', 'failed:' || id || ':1', id, '{}', false, due_at, due_at
    from filled_targets where due_at between now() - interval '91 days' and now()`
  await t`
    insert into outbox (kind, ref_id, next_try_at)
    select 'target', id, case when n % 50 = 0 then now() - interval '1 minute' else now() + interval '5 minutes' end
    from filled_targets where state = 'scheduled' limit 5000`
  await t`
    insert into form_keys (key, workspace_id, purpose, digest, subject_id, used_at)
    select gen_random_uuid(), workspace_id, 'post', '\\x00', post_id, now() - interval '2 days' * n / ${sizes.posts}::int from filled where n % 10 = 0`
}

const fillNumbers = async (t: Db): Promise<void> => {
  await t`
    select ensure_snapshot_month(month) from generate_series(
      date_trunc('month', now() at time zone 'UTC') - interval '26 months', now() at time zone 'UTC', '1 month') month`
  await t`
    insert into measured_channels (channel_id, workspace_id, next_at, days_at, list_at)
    select id, workspace_id, now() + interval '1 hour', now() + interval '1 hour', now() + interval '1 hour' from channels`
  await t`
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at, taken_at, changed_at, views, reach, likes,
      comments, shares, saves, source, views_at_day)
    select id, workspace_id, channel_id, 'image', due_at, case when due_at > now() - interval '710 days' then now() + interval '1 day' * (number % 700 - 10) / 100 end,
      least(now() - interval '1 hour', due_at + interval '723 days'), due_at, 900 + n % 4000, 700 + n % 3000, 40 + n % 300, n % 30, n % 20, n % 40, 'filled', 100
    from filled_targets where state = 'published'`
  await t`
    insert into snapshots (workspace_id, target_id, taken_at, views, source)
    select workspace_id, id, due_at + age, 900 + n % 4000, 'filled'
    from filled_targets, unnest(case when due_at > now() - interval '60 days' then array[interval '1 hour', '1 day', '7 days', '28 days']
      else array[interval '30 days'] end) age
    where state = 'published' and due_at + age < now() order by due_at`
  await t`
    insert into snapshots (workspace_id, target_id, taken_at, views, source)
    select workspace_id, id, due_at + age, n % 40, 'filled'
    from filled_targets, unnest(array[interval '1 hour', '1 day', '7 days']) age where n < ${sizes.posts / 10} order by due_at`
  await t`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at, taken_at, views)
    select workspace_id, channel_id, 'own-' || number, 'image', 'Our own', due_at, case when due_at > now() - interval '700 days' then now() + interval '1 day' end,
      now() - interval '1 hour', n % 500
    from filled_targets where state = 'published' and n / ${sizes.workspaces}::int % 10 = 1`
  await t`
    insert into account_snapshots (workspace_id, channel_id, taken_at, followers, source)
    select workspace_id, id, at, 2400, 'filled' from channels, generate_series(now() - interval '740 days', now(), '3 days') at order by at`
  await t`
    insert into channel_days (workspace_id, channel_id, day, views, reach, likes, comments, shares, saves, followers, taken_at)
    select workspace_id, id, day, 400, 300, 30, 9, 7, 11, 2400, day + interval '5 hours'
    from generate_series(current_date - 740, current_date, '1 day') day, channels
    where substr(account_id, 9)::int / ${sizes.workspaces}::int % 4 = 0`
  await t`
    insert into format_days (workspace_id, channel_id, kind, day, views, reach, likes, comments, shares, saves, taken_at)
    select workspace_id, channel_id, 'image', day, views, reach, likes, comments, shares, saves, taken_at from channel_days`
  await t`
    insert into workspace_days (workspace_id, day, views, reach, likes, comments, shares, saves, taken_at)
    select workspace_id, day, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves), max(taken_at) from channel_days group by 1, 2`
  await t`
    insert into channel_months (workspace_id, channel_id, month, views, reach, likes, comments, shares, saves)
    select workspace_id, channel_id, date_trunc('month', day)::date, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves)
    from channel_days group by 1, 2, 3`
}
