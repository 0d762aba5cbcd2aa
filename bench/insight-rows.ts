import { type Db, type Sql, tx } from '../db/postgres/connect.ts'

/** `elsewherePerMonth`: posts of each account in a month that were not made with CrateSocial. */
export type Size = {
  workspaceId: string
  zone: string
  channels: number
  postsPerMonth: number
  elsewherePerMonth?: number
  months: number
}

/**
 * Fills a workspace by SQL with accounts, posts and everything that measuring would have stored:
 * readings at 1, 6 and 24 hours, daily until day 30, weekly until month 24, and from these the
 * latest metrics and each day's gains.
 */
export const fillInsights = async (sql: Sql, size: Size): Promise<void> => {
  await tx(sql, async (t) => {
    await t`set local statement_timeout = 0`
    // Skips triggers and constraint checks for millions of rows that are known to be consistent.
    await t`set local session_replication_role = replica`
    await t`set local work_mem = '256MB'`
    await t`select ensure_snapshot_month(month) from
      generate_series(date_trunc('month', now() at time zone 'UTC') - make_interval(months => ${size.months + 1}), now() at time zone 'UTC', '1 month') month`
    await insertAccounts(t, size)
    await insertPosts(t, size)
    await insertReadings(t, size)
    await sumUp(t, size)
    await insertElsewhere(t, size)
    await t`insert into format_days select * from format_days_from_readings(null)`
    await t`analyze`
  })
}

const insertAccounts = async (t: Db, size: Size): Promise<void> => {
  await t`
    with g as (
      insert into grants (workspace_id, issuer, issuer_user_id, user_name, scopes)
      values (${size.workspaceId}, 'meta', 'filled', 'Ada Northside', '{}') returning id)
    insert into channels (workspace_id, grant_id, platform, account_id, name, handle, connected_at)
    select ${size.workspaceId}, g.id, (array['instagram', 'facebook', 'tiktok'])[1 + n % 3], 'filled-' || n,
      (array['Northside Records', 'Northside Café', 'Second Hand', 'The Listening Bar'])[1 + (n / 3) % 4] || case when n < 12 then '' else ' ' || n end,
      case when n % 3 = 1 then '' else 'northside' || n end, now() - make_interval(months => ${size.months})
    from g, generate_series(0, ${size.channels}::int - 1) n`
}

/** Posts at typical hours, as many per month as requested. Texts repeat. */
const insertPosts = async (t: Db, size: Size): Promise<void> => {
  await t`
    create temp table filled on commit drop as
    select uuid_v7() as post_id, uuid_v7() as target_id, c.id as channel_id, c.platform, row_number() over () as n,
      date_trunc('day', now() - make_interval(secs => 86400 * at)) + make_interval(hours => (array[7, 8, 11, 12, 12, 17, 18, 18, 20])[1 + floor(random() * 9)::int]) as published_at
    from channels c, generate_series(0, ${size.months}::numeric * 30.4 - 1, 30.4 / ${size.postsPerMonth}::numeric) at
    where c.workspace_id = ${size.workspaceId} and c.account_id like 'filled-%'`
  await t`delete from filled where published_at > now() - interval '2 hours'`
  await t`
    insert into posts (id, workspace_id, state, text, due_at, zone)
    select post_id, ${size.workspaceId}, 'scheduled', (array['Reel: pressing plant', 'Crate of the week', 'Listening bar opens', 'Two copies left',
      'In store on Thursday: free, first come', 'New arrivals', 'Staff picks'])[1 + n % 7], published_at, ${size.zone} from filled`
  await t`
    insert into targets (workspace_id, post_id, id, channel_id, platform, kind, text, due_at, state, platform_post_id, published_at, sent_at, finished_at)
    select ${size.workspaceId}, p.id, f.target_id, f.channel_id, f.platform,
      case f.platform when 'facebook' then 'photo' when 'instagram' then 'image' else 'video' end, p.text, f.published_at, 'published', 'post-' || f.n,
      f.published_at, f.published_at, f.published_at
    from filled f join posts p on p.id = f.post_id`
}

/** Totals that grow fast at first, and more in the evening, on large accounts and recently. */
const insertReadings = async (t: Db, size: Size): Promise<void> => {
  await t`
    create temp table fates on commit drop as
    select f.*, exp(6.4 + 0.8 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())
      + case when extract(hour from published_at at time zone ${size.zone}) >= 17 then 0.5 else 0 end
      + case extract(isodow from published_at at time zone ${size.zone}) when 4 then 0.35 when 7 then 0.2 else 0 end
      - extract(epoch from now() - published_at) / 86400 / 900) as views
    from filled f`
  await t`
    insert into snapshots (workspace_id, target_id, taken_at, views, reach, likes, comments, shares, saves, source)
    select ${size.workspaceId}, target_id, published_at + age, seen, case when platform <> 'tiktok' then floor(seen * 0.71) end, floor(seen * 0.062),
      floor(seen * 0.0071), floor(seen * 0.0043), case when platform = 'instagram' then floor(seen * 0.011) end, 'filled'
    from (
      select f.*, age, floor(f.views * (1 - exp(-power(extract(epoch from age)::float8 / 144000, 0.55))))::bigint as seen
      from fates f, unnest(array[interval '1 hour', '6 hours', '24 hours']
        || array(select make_interval(days => d) from generate_series(2, 30) d)
        || array(select make_interval(days => d) from generate_series(37, 730, 7) d)) age
      where f.published_at + age <= now()) readings`
  await t`
    insert into account_snapshots (workspace_id, channel_id, taken_at, followers, source)
    select workspace_id, id, day + interval '5 hours', floor(2400 + length(name) * 310 - 2.1 * extract(epoch from now() - day) / 86400 + 9 * sin(extract(epoch from day) / 400000)), 'filled'
    from channels, generate_series(date_trunc('day', now()) - make_interval(months => ${size.months}), now() - interval '5 hours', '1 day') day
    where workspace_id = ${size.workspaceId} and account_id like 'filled-%'`
}

const sumUp = async (t: Db, size: Size): Promise<void> => {
  await t`
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at, taken_at, views, reach, likes, comments, shares, saves, source,
      views_at_day, views_at_week)
    select distinct on (s.target_id) s.target_id, s.workspace_id, f.channel_id,
      case f.platform when 'facebook' then 'photo' when 'instagram' then 'image' else 'video' end, f.published_at, now() + interval '1 day', s.taken_at, s.views, s.reach,
      s.likes, s.comments, s.shares, s.saves, s.source,
      (select views from snapshots d where d.target_id = s.target_id and d.taken_at = f.published_at + interval '24 hours'),
      (select views from snapshots d where d.target_id = s.target_id and d.taken_at = f.published_at + interval '7 days')
    from snapshots s join filled f using (target_id) order by s.target_id, s.taken_at desc`
  // From here on, triggers update the sums of days and months, as in real use.
  await t`set local session_replication_role = origin`
  await t`
    insert into channel_days (workspace_id, channel_id, day, views, reach, likes, comments, shares, saves, taken_at)
    select ${size.workspaceId}, channel_id, (taken_at at time zone ${size.zone})::date, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves), max(taken_at)
    from (
      select f.channel_id, s.taken_at, ${gains(t)} from snapshots s join filled f using (target_id)
      window earlier as (partition by s.target_id order by s.taken_at)) gained
    group by 2, 3`
  await t`
    insert into channel_days (workspace_id, channel_id, day, followers, taken_at)
    select workspace_id, channel_id, (taken_at at time zone ${size.zone})::date, followers, taken_at from account_snapshots where source = 'filled'
    on conflict (channel_id, day) do update set followers = excluded.followers`
}

const gains = (t: Db) => {
  const gain = (column: string) =>
    t`${t(column)} - coalesce(lag(${t(column)}) over earlier, 0) as ${t(column)}`
  return t`${gain('views')}, ${gain('reach')}, ${gain('likes')}, ${gain('comments')}, ${gain('shares')}, ${gain('saves')}`
}

/** Posts that were not made with CrateSocial, since the accounts were connected, read at the same ages. */
const insertElsewhere = async (
  t: Db,
  { workspaceId, zone, months, elsewherePerMonth = 0 }: Size,
): Promise<void> => {
  if (elsewherePerMonth === 0) return
  await t`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, permalink, published_at, predates)
    select ${workspaceId}, c.id, 'elsewhere-' || n, case c.platform when 'facebook' then 'photo' when 'instagram' then 'image' else 'video' end,
      'From the phone', 'https://example.com/p/' || n, now() - make_interval(secs => 86400 * 30.4 * (n + random()) / ${elsewherePerMonth}::float8), false
    from channels c, generate_series(0, ${months}::int * ${elsewherePerMonth}::int - 1) n
    where c.workspace_id = ${workspaceId} and c.account_id like 'filled-%'`
  await t`
    insert into snapshots (workspace_id, elsewhere_id, taken_at, views, reach, likes, comments, shares, saves, source)
    select workspace_id, id, published_at + age, seen, floor(seen * 0.71), floor(seen * 0.062), floor(seen * 0.0071), floor(seen * 0.0043), null, 'filled'
    from (
      select e.*, age, floor((200 + 900 * abs(sin(extract(epoch from published_at)))) * (1 - exp(-power(extract(epoch from age)::float8 / 144000, 0.55))))::bigint as seen
      from elsewhere_posts e, unnest(array[interval '12 hours', '24 hours']
        || array(select make_interval(days => d) from generate_series(2, 30) d)
        || array(select make_interval(days => d) from generate_series(37, 730, 7) d)) age
      where e.workspace_id = ${workspaceId} and e.published_at + age <= now()) readings`
  await t`
    update elsewhere_posts e set taken_at = s.taken_at, changed_at = s.taken_at, views = s.views, reach = s.reach, likes = s.likes,
      comments = s.comments, shares = s.shares, source = s.source, next_at = now() + interval '1 day',
      views_at_day = (select views from snapshots d where d.elsewhere_id = e.id and d.taken_at = e.published_at + interval '24 hours'),
      views_at_week = (select views from snapshots d where d.elsewhere_id = e.id and d.taken_at = e.published_at + interval '7 days')
    from (select distinct on (elsewhere_id) * from snapshots where elsewhere_id is not null order by elsewhere_id, taken_at desc) s
    where s.elsewhere_id = e.id and e.workspace_id = ${workspaceId}`
  const grown = (column: string) =>
    t`sum(${t(column)} - before_${t.unsafe(column)}) as ${t(`other_${column}`)}`
  await t`
    insert into channel_days (workspace_id, channel_id, day, other_views, other_reach, other_likes, other_comments, other_shares, taken_at)
    select ${workspaceId}, channel_id, (taken_at at time zone ${zone})::date, ${grown('views')}, ${grown('reach')}, ${grown('likes')},
      ${grown('comments')}, ${grown('shares')}, max(taken_at)
    from (
      select e.channel_id, s.taken_at, s.views, s.reach, s.likes, s.comments, s.shares,
        coalesce(lag(s.views) over earlier, 0) as before_views, coalesce(lag(s.reach) over earlier, 0) as before_reach,
        coalesce(lag(s.likes) over earlier, 0) as before_likes, coalesce(lag(s.comments) over earlier, 0) as before_comments,
        coalesce(lag(s.shares) over earlier, 0) as before_shares
      from snapshots s join elsewhere_posts e on e.id = s.elsewhere_id where e.workspace_id = ${workspaceId}
      window earlier as (partition by s.elsewhere_id order by s.taken_at)) gained
    group by 2, 3
    on conflict (channel_id, day) do update set other_views = excluded.other_views, other_reach = excluded.other_reach,
      other_likes = excluded.other_likes, other_comments = excluded.other_comments, other_shares = excluded.other_shares`
}
