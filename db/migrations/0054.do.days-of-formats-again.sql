-- Readings leave after 24 months, so the oldest one that is kept of an older post is not its first:
-- what it had by then is the growth of no day.
create or replace function format_days_from_readings(only_channels uuid[]) returns table (workspace_id uuid, channel_id uuid, kind text, day date,
  views bigint, reach bigint, likes int, comments int, shares int, saves int, taken_at timestamptz, grown_since date, other_views bigint,
  other_reach bigint, other_likes int, other_comments int, other_shares int, other_saves int, other_grown_since date)
language sql stable as $$
  with readings as (
    select m.workspace_id, m.channel_id, m.kind, false as is_other,
      m.published_at < now() - interval '24 months' as is_baseline, s.target_id as post_id, s.taken_at,
      s.views, s.reach, s.likes, s.comments, s.shares, s.saves
    from measured_targets m join snapshots s on s.target_id = m.target_id
    where only_channels is null or m.channel_id = any(only_channels)
    union all
    select e.workspace_id, e.channel_id, e.kind, true, e.predates or e.published_at < now() - interval '24 months', s.elsewhere_id, s.taken_at,
      s.views, s.reach, s.likes, s.comments, s.shares, s.saves
    from elsewhere_posts e join snapshots s on s.elsewhere_id = e.id
    where only_channels is null or e.channel_id = any(only_channels)),
  steps as (
    select r.workspace_id, r.channel_id, r.kind, r.is_other, r.taken_at, n.metric,
      n.value - coalesce(lag(n.value) over earlier, case when not r.is_baseline then 0 end) as gain
    from readings r cross join lateral (values ('views', r.views), ('reach', r.reach), ('likes', r.likes::bigint),
      ('comments', r.comments::bigint), ('shares', r.shares::bigint), ('saves', r.saves::bigint)) n (metric, value)
    where n.value is not null
    window earlier as (partition by r.post_id, n.metric order by r.taken_at)),
  zones as (
    select w.id, coalesce(lag(z.until) over (partition by w.id order by z.until nulls last), '-infinity') as since,
      coalesce(z.until, 'infinity') as until, z.zone
    from workspaces w cross join lateral (
      select one ->> 'zone' as zone, (one ->> 'until')::timestamptz as until from jsonb_array_elements(w.earlier_zones) one
      union all select w.zone, null) z)
  select s.workspace_id, s.channel_id, s.kind, (s.taken_at at time zone z.zone)::date as day,
    (sum(gain) filter (where metric = 'views' and not is_other))::bigint, (sum(gain) filter (where metric = 'reach' and not is_other))::bigint,
    (sum(gain) filter (where metric = 'likes' and not is_other))::int, (sum(gain) filter (where metric = 'comments' and not is_other))::int,
    (sum(gain) filter (where metric = 'shares' and not is_other))::int, (sum(gain) filter (where metric = 'saves' and not is_other))::int,
    max(s.taken_at), min(d.grown_since),
    (sum(gain) filter (where metric = 'views' and is_other))::bigint, (sum(gain) filter (where metric = 'reach' and is_other))::bigint,
    (sum(gain) filter (where metric = 'likes' and is_other))::int, (sum(gain) filter (where metric = 'comments' and is_other))::int,
    (sum(gain) filter (where metric = 'shares' and is_other))::int, (sum(gain) filter (where metric = 'saves' and is_other))::int,
    min(d.other_grown_since)
  from steps s join zones z on z.id = s.workspace_id and s.taken_at >= z.since and s.taken_at < z.until
    left join channel_days d on d.channel_id = s.channel_id and d.day = (s.taken_at at time zone z.zone)::date
  where gain is not null
  group by 1, 2, 3, 4
$$;

-- A worker of an earlier version knows only channel_days. Days on which the formats don't add up to
-- the account are worked out again, and so are those that migration 0051 gave an older post's total.
create table days_apart as
  select d.channel_id, d.day from channel_days d left join (
    select channel_id, day, sum(views) as views, sum(reach) as reach, sum(likes) as likes, sum(comments) as comments,
      sum(shares) as shares, sum(saves) as saves, sum(other_views) as other_views, sum(other_reach) as other_reach,
      sum(other_likes) as other_likes, sum(other_comments) as other_comments, sum(other_shares) as other_shares,
      sum(other_saves) as other_saves
    from format_days group by 1, 2) f using (channel_id, day)
  where (coalesce(d.views, 0), coalesce(d.reach, 0), coalesce(d.likes, 0), coalesce(d.comments, 0), coalesce(d.shares, 0),
      coalesce(d.saves, 0), coalesce(d.other_views, 0), coalesce(d.other_reach, 0), coalesce(d.other_likes, 0),
      coalesce(d.other_comments, 0), coalesce(d.other_shares, 0), coalesce(d.other_saves, 0))
    is distinct from (coalesce(f.views, 0), coalesce(f.reach, 0), coalesce(f.likes, 0), coalesce(f.comments, 0),
      coalesce(f.shares, 0), coalesce(f.saves, 0), coalesce(f.other_views, 0), coalesce(f.other_reach, 0),
      coalesce(f.other_likes, 0), coalesce(f.other_comments, 0), coalesce(f.other_shares, 0), coalesce(f.other_saves, 0));
delete from format_days f using days_apart a where f.channel_id = a.channel_id and f.day = a.day;
insert into format_days
  select f.* from format_days_from_readings(array(select distinct channel_id from days_apart)) f
    join days_apart a on a.channel_id = f.channel_id and a.day = f.day;
drop table days_apart;
