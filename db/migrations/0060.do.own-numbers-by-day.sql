-- What platforms have besides the six numbers, added up by day like these: the growth of each by its
-- declared name. Only numbers that can be added up are here, so no averages.
alter table channel_days add column more jsonb not null default '{}', add column other_more jsonb not null default '{}';
alter table format_days add column more jsonb not null default '{}', add column other_more jsonb not null default '{}';
alter table workspace_days add column more jsonb not null default '{}', add column other_more jsonb not null default '{}';
comment on column channel_days.more is
  'growth of the platforms'' own numbers by declared name, with their units; only numbers that can be added up; a missing name was not given that day';
comment on column channel_days.other_more is 'more, for posts that were not made here';
comment on column format_days.more is 'as in channel_days, of posts of this format';
comment on column format_days.other_more is 'more, for posts that were not made here';
comment on column workspace_days.more is 'as in channel_days, of all accounts';
comment on column workspace_days.other_more is 'more, for posts that were not made here';

-- Adds the values of equal names. A name that only one side has keeps its value.
create function add_numbers(a jsonb, b jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when b = '{}' then a when a = '{}' then b else (
    select jsonb_object_agg(name, total) from (
      select key as name, sum(value::numeric) as total
      from (select * from jsonb_each_text(a) union all select * from jsonb_each_text(b)) both_sides group by 1) sums) end
$$;

create or replace function add_up_days() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(727012, hashtext(workspace_id::text)) from (select distinct workspace_id from touched order by 1) w;
  delete from workspace_days s using (select distinct workspace_id, day from touched) t
    where s.workspace_id = t.workspace_id and s.day = t.day;
  insert into workspace_days (workspace_id, day, views, reach, likes, comments, shares, saves,
      other_views, other_reach, other_likes, other_comments, other_shares, other_saves, taken_at, more, other_more)
    select t.workspace_id, t.day, d.*, coalesce(own.more, '{}'), coalesce(own.other_more, '{}') from (select distinct workspace_id, day from touched) t
      cross join lateral (
        select sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves),
          sum(other_views), sum(other_reach), sum(other_likes), sum(other_comments), sum(other_shares), sum(other_saves), max(taken_at)
        from channel_days where workspace_id = t.workspace_id and day = t.day having count(*) > 0) d
      cross join lateral (
        select jsonb_object_agg(name, total) filter (where not is_other) as more, jsonb_object_agg(name, total) filter (where is_other) as other_more
        from (
          select n.is_other, n.name, sum(n.value::numeric) as total
          from channel_days c cross join lateral (
            select false as is_other, key as name, value from jsonb_each_text(c.more)
            union all select true, key, value from jsonb_each_text(c.other_more)) n
          where c.workspace_id = t.workspace_id and c.day = t.day group by 1, 2) totals) own;
  delete from channel_months s using (select distinct channel_id, date_trunc('month', day)::date as month from touched) t
    where s.channel_id = t.channel_id and s.month = t.month;
  insert into channel_months (workspace_id, channel_id, month, views, reach, likes, comments, shares, saves,
      other_views, other_reach, other_likes, other_comments, other_shares, other_saves)
    select d.workspace_id, t.channel_id, t.month, d.views, d.reach, d.likes, d.comments, d.shares, d.saves,
      d.other_views, d.other_reach, d.other_likes, d.other_comments, d.other_shares, d.other_saves
    from (select distinct channel_id, date_trunc('month', day)::date as month from touched) t
      cross join lateral (
        select workspace_id, sum(views) as views, sum(reach) as reach, sum(likes) as likes, sum(comments) as comments,
          sum(shares) as shares, sum(saves) as saves, sum(other_views) as other_views, sum(other_reach) as other_reach,
          sum(other_likes) as other_likes, sum(other_comments) as other_comments, sum(other_shares) as other_shares,
          sum(other_saves) as other_saves
        from channel_days where channel_id = t.channel_id and day >= t.month and day < t.month + interval '1 month'
        group by workspace_id) d;
  return null;
end $$;

-- The growth of the platforms' own numbers, worked out from the readings. A number that a post gets
-- only after three days of readings without it was not asked before: what it had by then is the
-- growth of no day. The same is true of posts from before an account was connected, and of posts
-- whose first readings have left.
create function own_gains_from_readings(only_channels uuid[], only_posts uuid[], names text[]) returns table (workspace_id uuid,
  channel_id uuid, kind text, day date, is_other boolean, name text, gain numeric)
language sql stable as $$
  with given as (
    select m.workspace_id, m.channel_id, m.kind, false as is_other, m.published_at, false as predates, m.target_id as id,
      s.taken_at, s.last_seen_at, s.more
    from measured_targets m join snapshots s on s.target_id = m.target_id
    where (only_channels is null or m.channel_id = any(only_channels)) and (only_posts is null or m.target_id = any(only_posts))
    union all
    select e.workspace_id, e.channel_id, e.kind, true, e.published_at, e.predates, e.id, s.taken_at, s.last_seen_at, s.more
    from elsewhere_posts e join snapshots s on s.elsewhere_id = e.id
    where (only_channels is null or e.channel_id = any(only_channels)) and (only_posts is null or e.id = any(only_posts))),
  readings as (
    select given.*, greatest(lag(taken_at) over earlier, lag(last_seen_at) over earlier) as read_before
    from given window earlier as (partition by id order by taken_at)),
  steps as (
    select r.workspace_id, r.channel_id, r.kind, r.is_other, r.taken_at, n.key as name,
      n.value::numeric - coalesce(lag(n.value::numeric) over earlier, case
        when not r.predates and r.published_at >= now() - interval '24 months'
          and coalesce(r.read_before - r.published_at <= interval '3 days', true) then 0 end) as gain
    from readings r cross join lateral jsonb_each_text(r.more) n
    where names is null or n.key = any(names)
    window earlier as (partition by r.id, n.key order by r.taken_at)),
  zones as (
    select w.id, coalesce(lag(z.until) over (partition by w.id order by z.until nulls last), '-infinity') as since,
      coalesce(z.until, 'infinity') as until, z.zone
    from workspaces w cross join lateral (
      select one ->> 'zone' as zone, (one ->> 'until')::timestamptz as until from jsonb_array_elements(w.earlier_zones) one
      union all select w.zone, null) z)
  select s.workspace_id, s.channel_id, s.kind, (s.taken_at at time zone z.zone)::date, s.is_other, s.name, sum(s.gain)
  from steps s join zones z on z.id = s.workspace_id and s.taken_at >= z.since and s.taken_at < z.until
  where s.gain is not null
  group by 1, 2, 3, 4, 5, 6
$$;

-- Writes these gains into the days that are there.
create function write_own_gains(only_channels uuid[], names text[]) returns void language plpgsql as $$
begin
  create temporary table own_gains on commit drop as select * from own_gains_from_readings(only_channels, null, names);
  update channel_days d set more = coalesce(g.more, '{}'), other_more = coalesce(g.other_more, '{}')
  from (
    select channel_id, day, jsonb_object_agg(name, gain) filter (where not is_other) as more,
      jsonb_object_agg(name, gain) filter (where is_other) as other_more
    from (select channel_id, day, is_other, name, sum(gain) as gain from own_gains group by 1, 2, 3, 4) by_account
    group by 1, 2) g
  where d.channel_id = g.channel_id and d.day = g.day;
  update format_days d set more = coalesce(g.more, '{}'), other_more = coalesce(g.other_more, '{}')
  from (
    select channel_id, kind, day, jsonb_object_agg(name, gain) filter (where not is_other) as more,
      jsonb_object_agg(name, gain) filter (where is_other) as other_more
    from own_gains group by 1, 2, 3) g
  where d.channel_id = g.channel_id and d.kind = g.kind and d.day = g.day;
  drop table own_gains;
end $$;
select write_own_gains(null, array['watch_time', 'clicks', 'link_clicks', 'follows', 'profile_visits']);
