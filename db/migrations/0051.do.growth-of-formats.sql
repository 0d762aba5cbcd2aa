-- Insights can be limited to a format: the growth of each format by day, and the format of a post
-- beside its numbers, so that no page looks it up in the text of the post.
alter table measured_targets add column kind text;
update measured_targets m set kind = t.kind from targets t where t.id = m.target_id;
alter table measured_targets alter column kind set not null;
comment on column measured_targets.kind is 'the format of its target, which does not change once it is published';

create table format_days (
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  kind text not null,
  day date not null,
  views bigint,
  reach bigint,
  likes integer,
  comments integer,
  shares integer,
  saves integer,
  taken_at timestamptz not null,
  grown_since date,
  other_views bigint,
  other_reach bigint,
  other_likes integer,
  other_comments integer,
  other_shares integer,
  other_saves integer,
  other_grown_since date,
  primary key (channel_id, kind, day)
);
create index format_days_workspace on format_days (workspace_id, kind, day);
create index format_days_late on format_days (workspace_id, day) where grown_since is not null or other_grown_since is not null;
create index format_days_term on format_days ((day::timestamp));
comment on table format_days is 'promise: R3: channel_days by the format of the posts';
comment on column format_days.grown_since is 'as in channel_days, of posts of this format';
comment on column format_days.other_grown_since is 'grown_since for posts that were not made here';

-- The same sums, worked out from the readings. A day on which no number of the format changed has
-- no row.
create function format_days_from_readings(only_channels uuid[]) returns table (workspace_id uuid, channel_id uuid, kind text, day date,
  views bigint, reach bigint, likes int, comments int, shares int, saves int, taken_at timestamptz, grown_since date, other_views bigint,
  other_reach bigint, other_likes int, other_comments int, other_shares int, other_saves int, other_grown_since date)
language sql stable as $$
  with readings as (
    select m.workspace_id, m.channel_id, m.kind, false as is_other, false as predates, s.target_id as post_id, s.taken_at,
      s.views, s.reach, s.likes, s.comments, s.shares, s.saves
    from measured_targets m join snapshots s on s.target_id = m.target_id
    where only_channels is null or m.channel_id = any(only_channels)
    union all
    select e.workspace_id, e.channel_id, e.kind, true, e.predates, s.elsewhere_id, s.taken_at,
      s.views, s.reach, s.likes, s.comments, s.shares, s.saves
    from elsewhere_posts e join snapshots s on s.elsewhere_id = e.id
    where only_channels is null or e.channel_id = any(only_channels)),
  steps as (
    select r.workspace_id, r.channel_id, r.kind, r.is_other, r.taken_at, n.metric,
      n.value - coalesce(lag(n.value) over earlier, case when not r.predates then 0 end) as gain
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
insert into format_days select * from format_days_from_readings(null);
