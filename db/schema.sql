set check_function_bodies = off;

CREATE OR REPLACE FUNCTION public.add_numbers(a jsonb, b jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case when b = '{}' then a when a = '{}' then b else (
    select jsonb_object_agg(name, total) from (
      select key as name, sum(value::numeric) as total
      from (select * from jsonb_each_text(a) union all select * from jsonb_each_text(b)) both_sides group by 1) sums) end
$function$;
CREATE OR REPLACE FUNCTION public.add_up_days()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;
CREATE OR REPLACE FUNCTION public.approved_content(post uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return content_of_post(post) || jsonb_build_object('accounts', (
    select coalesce(jsonb_object_agg(t.channel_id, content_of_target(t.kind, t.text, t.link, t.settings)), '{}')
    from targets t where t.post_id = post));
end $function$;
CREATE OR REPLACE FUNCTION public.content_of_post(post uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return (select jsonb_build_object('text', p.text, 'link', p.link, 'variants', p.variants, 'choices', p.choices, 'media', files_of_post(p.id))
    from posts p where p.id = post);
end $function$;
CREATE OR REPLACE FUNCTION public.content_of_target(kind text, text text, link text, settings jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select jsonb_build_object('kind', kind, 'text', text, 'link', link, 'settings', settings)
$function$;
CREATE OR REPLACE FUNCTION public.drop_snapshot_months(cutoff timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  part record;
  dropped int := 0;
begin
  for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'snapshots'::regclass loop
    if to_date(right(part.relname, 7), 'YYYY_MM') + interval '1 month' <= cutoff at time zone 'UTC' then
      execute format('drop table %I', part.relname);
      dropped := dropped + 1;
    end if;
  end loop;
  return dropped;
end $function$;
CREATE OR REPLACE FUNCTION public.ensure_snapshot_month(month timestamp without time zone)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  name text := 'snapshots_' || to_char(month, 'YYYY_MM');
begin
  if to_regclass(name) is not null then
    return 0;
  end if;
  perform pg_advisory_xact_lock(727007);
  execute format('create table if not exists %I partition of snapshots for values from (%L) to (%L)', name,
    date_trunc('month', month) at time zone 'UTC', (date_trunc('month', month) + interval '1 month') at time zone 'UTC');
  return 1;
end $function$;
CREATE OR REPLACE FUNCTION public.ensure_snapshot_months(around timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  month timestamp;
  made int := 0;
begin
  for month in select generate_series(date_trunc('month', around at time zone 'UTC') - interval '1 month',
      date_trunc('month', around at time zone 'UTC') + interval '3 months', interval '1 month') loop
    made := made + ensure_snapshot_month(month);
  end loop;
  return made;
end $function$;
CREATE OR REPLACE FUNCTION public.files_of_post(post uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('id', m.media_id, 'alt', m.alt_text, 'edits', m.edits) order by m.position), '[]')
    from post_media m where m.post_id = post);
end $function$;
CREATE OR REPLACE FUNCTION public.forget_avatar()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from avatars where channel_id = new.id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.forget_person()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.user_name := '';
  new.scopes := '{}';
  new.data_access_expires_at := null;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.format_days_from_readings(only_channels uuid[])
 RETURNS TABLE(workspace_id uuid, channel_id uuid, kind text, day date, views bigint, reach bigint, likes integer, comments integer, shares integer, saves integer, taken_at timestamp with time zone, grown_since date, other_views bigint, other_reach bigint, other_likes integer, other_comments integer, other_shares integer, other_saves integer, other_grown_since date)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;
CREATE OR REPLACE FUNCTION public.heal_days(names text[])
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare healed integer; filled integer;
begin
  create temporary table days_apart on commit drop as
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
  -- Whoever counts a reading waits here, and what it counted before is read below.
  perform from channel_days d join days_apart a using (channel_id, day) order by d.channel_id, d.day for no key update of d;
  insert into format_days as f (workspace_id, channel_id, kind, day, views, reach, likes, comments, shares, saves, taken_at, grown_since,
      other_views, other_reach, other_likes, other_comments, other_shares, other_saves, other_grown_since)
    select r.workspace_id, r.channel_id, r.kind, r.day, r.views, r.reach, r.likes, r.comments, r.shares, r.saves, r.taken_at, r.grown_since,
      r.other_views, r.other_reach, r.other_likes, r.other_comments, r.other_shares, r.other_saves, r.other_grown_since
    from format_days_from_readings(array(select distinct channel_id from days_apart)) r
      join days_apart a on a.channel_id = r.channel_id and a.day = r.day
  on conflict (channel_id, kind, day) do update set views = greatest(f.views, excluded.views), reach = greatest(f.reach, excluded.reach), likes = greatest(f.likes,
    excluded.likes), comments = greatest(f.comments, excluded.comments), shares = greatest(f.shares, excluded.shares), saves
    = greatest(f.saves, excluded.saves), other_views = greatest(f.other_views, excluded.other_views), other_reach =
    greatest(f.other_reach, excluded.other_reach), other_likes = greatest(f.other_likes, excluded.other_likes),
    other_comments = greatest(f.other_comments, excluded.other_comments), other_shares = greatest(f.other_shares,
    excluded.other_shares), other_saves = greatest(f.other_saves, excluded.other_saves);
  get diagnostics healed = row_count;

  create temporary table own_gains on commit drop as
    select * from own_gains_from_readings(null, null, names);
  update channel_days d set more = d.more || coalesce(g.more, '{}'), other_more = d.other_more || coalesce(g.other_more, '{}')
  from (
    select s.channel_id, s.day, jsonb_object_agg(s.name, s.gain) filter (where not s.is_other) as more,
      jsonb_object_agg(s.name, s.gain) filter (where s.is_other) as other_more
    from (select channel_id, day, is_other, name, sum(gain) as gain from own_gains group by 1, 2, 3, 4) s
      join channel_days c on c.channel_id = s.channel_id and c.day = s.day
    where coalesce(((case when s.is_other then c.other_more else c.more end) ->> s.name)::numeric, '-infinity') < s.gain
    group by 1, 2) g
  where d.channel_id = g.channel_id and d.day = g.day;
  get diagnostics filled = row_count;
  healed := healed + filled;
  update format_days d set more = d.more || coalesce(g.more, '{}'), other_more = d.other_more || coalesce(g.other_more, '{}')
  from (
    select s.channel_id, s.kind, s.day, jsonb_object_agg(s.name, s.gain) filter (where not s.is_other) as more,
      jsonb_object_agg(s.name, s.gain) filter (where s.is_other) as other_more
    from own_gains s join format_days f on f.channel_id = s.channel_id and f.kind = s.kind and f.day = s.day
    where coalesce(((case when s.is_other then f.other_more else f.more end) ->> s.name)::numeric, '-infinity') < s.gain
    group by 1, 2, 3) g
  where d.channel_id = g.channel_id and d.kind = g.kind and d.day = g.day;
  get diagnostics filled = row_count;
  return healed + filled;
end $function$;
CREATE OR REPLACE FUNCTION public.is_approved(post uuid, channel uuid, due timestamp with time zone, goes_out jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  review reviews;
begin
  select * into review from reviews r where r.post_id = post;
  if not found then
    return not needs_review(post);
  end if;
  return review.state = 'approved' and (review.held_at is null or due > review.held_at)
    and coalesce(review.content -> 'accounts' -> channel::text = goes_out, false)
    and review.content -> 'media' = files_of_post(post);
end $function$;
CREATE OR REPLACE FUNCTION public.list_unmeasured_target()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into unmeasured_targets (target_id, shard) values (new.id, measure_shard(new.channel_id)) on conflict do nothing;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.measure_shard(channel_id uuid)
 RETURNS smallint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((get_byte(uuid_send(channel_id), 15) % 16))::smallint;
CREATE OR REPLACE FUNCTION public.needs_review(post uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return (select w.review_of = 'all' or (w.review_of = 'managers' and not exists (
      select from memberships m
      where m.workspace_id = p.workspace_id and m.user_id = coalesce(p.edited_by, p.created_by) and m.role = 'admin'))
    from posts p join workspaces w on w.id = p.workspace_id where p.id = post);
end $function$;
CREATE OR REPLACE FUNCTION public.note_author_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform note_number_change(workspace_id) from (select distinct workspace_id from annotations where created_by = new.id order by 1) t;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.note_number_change(changed uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  update number_versions set version = version + 1 where workspace_id = changed and writer = pg_backend_pid();
  if not found then
    with ended as (
      delete from number_versions where workspace_id = changed and writer in (
        select v.writer from number_versions v where v.workspace_id = changed
          and not exists (select from pg_stat_activity a where a.pid = v.writer) for update skip locked)
      returning version)
    insert into number_versions (workspace_id, writer, version)
    select id, pg_backend_pid(), 1 + coalesce((select sum(version) from ended), 0) from workspaces where id = changed;
  end if;
end $function$;
CREATE OR REPLACE FUNCTION public.note_number_changes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform note_number_change(workspace_id) from (select distinct workspace_id from touched order by 1) t;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.note_row_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform note_number_change(case when tg_op = 'DELETE' then old.workspace_id else new.workspace_id end);
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.note_zone_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform note_number_change(new.id);
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.own_gains_from_readings(only_channels uuid[], only_posts uuid[], names text[])
 RETURNS TABLE(workspace_id uuid, channel_id uuid, kind text, day date, is_other boolean, name text, gain numeric)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$;
CREATE OR REPLACE FUNCTION public.raise_post_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.version = old.version then
    new.version := old.version + 1;
  end if;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.raise_version_of_post()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update posts set version = version + 1 where id = new.post_id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.remember_erased()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  salt bytea := uuid_send(gen_random_uuid());
begin
  insert into erased_ids (hash, salt, kind) values (sha256(salt || convert_to(old.id::text, 'UTF8')), salt, tg_argv[0]);
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.show_attention_again()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.attention_dismissed_at := null;
  return new;
end $function$;
CREATE OR REPLACE FUNCTION public.show_attention_of_grant_again()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update channels set attention_dismissed_at = null where grant_id = new.id and attention_dismissed_at is not null;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.take_readings(of_issuer text, count integer, most integer, moment timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  made integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('readings ' || of_issuer, 0));
  delete from reading_calls where issuer = of_issuer and minute <= moment - interval '1 hour';
  select coalesce(sum(calls), 0) + count into made from reading_calls where issuer = of_issuer;
  if made > most then
    return null;
  end if;
  insert into reading_calls as r (issuer, minute, calls) values (of_issuer, date_trunc('minute', moment), count)
    on conflict (issuer, minute) do update set calls = r.calls + excluded.calls;
  return made;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_discussion()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('targets', concat_ws(' ', changed.workspace_id, changed.post_id, changed.post_id, extract(epoch from p.due_at)::bigint))
  from (select coalesce(new.workspace_id, old.workspace_id) as workspace_id, coalesce(new.post_id, old.post_id) as post_id) changed
    join posts p on p.id = changed.post_id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_import()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('imports', concat_ws(' ', new.workspace_id, new.id));
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_media()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('media', concat_ws(' ', new.workspace_id, new.id));
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_outbox()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('outbox', new.kind);
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_report_schedule()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into outbox (kind, ref_id) values ('report', coalesce(new.report_id, old.report_id));
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_review()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('targets', concat_ws(' ', new.workspace_id, new.post_id, new.post_id, extract(epoch from p.due_at)::bigint))
  from posts p where p.id = new.post_id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_schedule_of_report()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into outbox (kind, ref_id) select 'report', report_id from report_schedules where report_id = new.id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_schedules_of_workspace()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into outbox (kind, ref_id) select 'report', report_id from report_schedules where workspace_id = new.id;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_target()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('targets', concat_ws(' ', new.workspace_id, new.post_id, new.id, extract(epoch from new.due_at)::bigint,
    case when tg_op = 'UPDATE' and old.due_at <> new.due_at then extract(epoch from old.due_at)::bigint end));
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_webhooks(workspace uuid, event text, state text, post uuid, target uuid, channel uuid, later interval)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  with told as (
    insert into webhook_messages (workspace_id, endpoint_id, event, state, post_id, target_id, channel_id, next_at)
    select workspace, e.id, tell_webhooks.event, tell_webhooks.state, post, target, channel, now() + later
    from webhook_endpoints e
    where e.workspace_id = workspace and e.disabled_at is null and e.events @> array[tell_webhooks.event]
    for key share skip locked
    returning endpoint_id)
  insert into outbox (kind, ref_id) select 'webhook', endpoint_id from told;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_webhooks_of_account()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform tell_webhooks(new.workspace_id, 'account.needs_reconnect', 'reconnect', null, null, new.id, interval '0');
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_webhooks_of_grant()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform tell_webhooks(c.workspace_id, 'account.needs_reconnect', 'reconnect', null, null, c.id, interval '0')
  from (select workspace_id, id from channels where grant_id = new.id and state = 'connected' for key share skip locked) c;
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_webhooks_of_review()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform tell_webhooks(new.workspace_id,
    case new.state when 'waiting' then 'review.requested' when 'changes' then 'review.changes_requested' else 'review.' || new.state end,
    new.state, new.post_id, null, null, interval '0');
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.tell_webhooks_of_target()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- The link of a published post comes some seconds later, so its message waits for that.
  perform tell_webhooks(new.workspace_id,
    case new.state when 'published' then 'post.published' when 'failed' then 'post.failed' else 'post.needs_attention' end,
    new.state, null, new.id, null,
    case when new.state = 'published' and new.permalink is null then interval '10 seconds' else interval '0' end);
  return null;
end $function$;
CREATE OR REPLACE FUNCTION public.uuid_v7()
 RETURNS uuid
 LANGUAGE sql
AS $function$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$function$;
CREATE OR REPLACE FUNCTION public.words_of_post(text text, variants jsonb)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, regexp_replace(((text || ' '::text) || COALESCE((SELECT string_agg((value.value #>> '{}'::text[]), ' '::text) AS string_agg FROM jsonb_path_query(words_of_post.variants, 'strict $.**'::jsonpath) value(value) WHERE (jsonb_typeof(value.value) = 'string'::text)), ''::text)), '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u245f\u2500-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\ufe00-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufffc\ufffd\U0001f000-\U0001faff\U000e0000-\U000e0fff]+'::text, ' '::text, 'g'::text));
CREATE OR REPLACE FUNCTION public.write_own_gains(only_channels uuid[], names text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$;

create table account_snapshots (
  workspace_id uuid not null,
  channel_id uuid not null,
  taken_at timestamp with time zone not null,
  followers integer,
  views bigint,
  reach bigint,
  day date,
  source text not null
);
create table annotations (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  channel_id uuid,
  day date not null,
  text text not null,
  created_by uuid,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null
);
create table api_keys (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  user_id uuid not null,
  name text not null,
  secret_hash bytea,
  hint text,
  scopes text[] not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  used_on date,
  window_at timestamp with time zone default now() not null,
  window_requests integer default 0 not null,
  client_id uuid
);
create table api_requests (
  key_id uuid not null,
  name_hash bytea not null,
  workspace_id uuid not null,
  content_hash bytea not null,
  made_at timestamp with time zone default now() not null,
  status smallint,
  answer jsonb
);
create table app_tokens (
  token_hash bytea not null,
  key_id uuid not null,
  workspace_id uuid not null,
  kind text not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone
);
create table attempts (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  target_id uuid not null,
  number integer not null,
  revision integer not null,
  fingerprint bytea not null,
  handles jsonb default '{}'::jsonb not null,
  claimed_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  ended_at timestamp with time zone,
  outcome text default 'claimed'::text not null,
  problem jsonb,
  looks integer default 0 not null,
  proof text
);
create table authenticator_apps (
  user_id uuid not null,
  secret_sealed text not null,
  last_step bigint not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone
);
create table avatars (
  channel_id uuid not null,
  workspace_id uuid not null,
  content_type text not null,
  picture bytea not null,
  sha256 bytea not null,
  fetched_at timestamp with time zone not null
);
create table callback_calls (
  issuer text not null,
  path text not null,
  called_at timestamp with time zone not null
);
create table captions (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  kind text not null,
  name text not null,
  name_key text not null,
  text text not null,
  created_at timestamp with time zone default now() not null
);
create table channel_days (
  workspace_id uuid not null,
  channel_id uuid not null,
  day date not null,
  views bigint,
  reach bigint,
  likes integer,
  comments integer,
  shares integer,
  saves integer,
  followers integer,
  taken_at timestamp with time zone not null,
  grown_since date,
  other_views bigint,
  other_reach bigint,
  other_likes integer,
  other_comments integer,
  other_shares integer,
  other_saves integer,
  other_grown_since date,
  more jsonb default '{}'::jsonb not null,
  other_more jsonb default '{}'::jsonb not null
);
create table channel_months (
  workspace_id uuid not null,
  channel_id uuid not null,
  month date not null,
  views bigint,
  reach bigint,
  likes bigint,
  comments bigint,
  shares bigint,
  saves bigint,
  other_views bigint,
  other_reach bigint,
  other_likes bigint,
  other_comments bigint,
  other_shares bigint,
  other_saves bigint
);
create table channels (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  grant_id uuid,
  platform text not null,
  account_id text not null,
  name text not null,
  handle text default ''::text not null,
  token_sealed text,
  settings jsonb default '{}'::jsonb not null,
  account_facts jsonb,
  account_facts_at timestamp with time zone,
  state text default 'connected'::text not null,
  state_reason text,
  connected_at timestamp with time zone default now() not null,
  disconnected_at timestamp with time zone,
  looked_at timestamp with time zone,
  attention_dismissed_at timestamp with time zone
);
create table client_reviewers (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  link_id uuid not null,
  name text not null,
  cookie_hash bytea not null,
  created_at timestamp with time zone not null
);
create table comment_attempts (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  target_id uuid not null,
  number integer not null,
  fingerprint bytea not null,
  claimed_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  ended_at timestamp with time zone,
  outcome text default 'claimed'::text not null,
  problem jsonb,
  looks integer default 0 not null,
  proof text
);
create table connections_under_way (
  state_hash bytea not null,
  workspace_id uuid not null,
  user_id uuid not null,
  session_id uuid not null,
  issuer text not null,
  verifier_sealed text,
  offer_sealed text,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  issuer_user_id text
);
create table deletion_items (
  request_id uuid not null,
  list text not null,
  item text not null,
  amount integer not null
);
create table deletion_mails (
  id uuid default uuid_v7() not null,
  request_id uuid not null,
  kind text not null,
  user_id uuid,
  content_sealed text not null,
  mailing_until timestamp with time zone,
  created_at timestamp with time zone default now() not null
);
create table deletion_requests (
  id uuid default uuid_v7() not null,
  code_hash bytea not null,
  origin text not null,
  user_id uuid,
  issuer text,
  issuer_user_id text,
  asked_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  code_sealed text
);
create table deletion_steps (
  request_id uuid not null,
  "position" integer not null,
  name text not null,
  issuer text,
  state text default 'waits'::text not null,
  amount integer,
  next_try_at timestamp with time zone,
  ended_at timestamp with time zone
);
create table discussion_comments (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  post_id uuid not null,
  answers uuid,
  user_id uuid,
  media_id uuid,
  text text not null,
  written_at timestamp with time zone default now() not null,
  resolved_at timestamp with time zone,
  resolved_by uuid
);
create table discussion_mentions (
  comment_id uuid not null,
  nth smallint not null,
  workspace_id uuid not null,
  user_id uuid
);
create table elsewhere_posts (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  channel_id uuid not null,
  platform_post_id text not null,
  other_ids text[] default '{}'::text[] not null,
  kind text not null,
  text text not null,
  permalink text,
  published_at timestamp with time zone not null,
  next_at timestamp with time zone,
  taken_at timestamp with time zone,
  absent_at timestamp with time zone,
  views bigint,
  reach bigint,
  likes integer,
  comments integer,
  shares integer,
  saves integer,
  source text,
  changed_at timestamp with time zone,
  ended_metrics text[] default '{}'::text[] not null,
  views_at_day bigint,
  views_at_week bigint,
  predates boolean default true not null,
  more jsonb default '{}'::jsonb not null
);
create table erased_ids (
  hash bytea not null,
  salt bytea not null,
  kind text not null,
  erased_at timestamp with time zone default now() not null
);
create table events (
  id uuid default uuid_v7() not null,
  workspace_id uuid,
  user_id uuid,
  name text not null,
  subject_id uuid,
  facts jsonb default '{}'::jsonb not null,
  at timestamp with time zone default now() not null
);
create table exports (
  id uuid default uuid_v7() not null,
  user_id uuid not null,
  store_key text,
  size_bytes bigint,
  asked_at timestamp with time zone default now() not null,
  made_at timestamp with time zone
);
create table feeds (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  user_id uuid not null,
  kind text not null,
  code_hash bytea not null,
  created_at timestamp with time zone not null,
  last_read_on date
);
create table form_keys (
  key uuid not null,
  workspace_id uuid,
  purpose text not null,
  digest bytea not null,
  subject_id uuid,
  version integer,
  event_id uuid,
  used_at timestamp with time zone default now() not null,
  made_workspace_id uuid generated always as (
CASE
    WHEN (purpose = 'workspace'::text) THEN subject_id
    ELSE NULL::uuid
END) stored
);
create table format_days (
  workspace_id uuid not null,
  channel_id uuid not null,
  kind text not null,
  day date not null,
  views bigint,
  reach bigint,
  likes integer,
  comments integer,
  shares integer,
  saves integer,
  taken_at timestamp with time zone not null,
  grown_since date,
  other_views bigint,
  other_reach bigint,
  other_likes integer,
  other_comments integer,
  other_shares integer,
  other_saves integer,
  other_grown_since date,
  more jsonb default '{}'::jsonb not null,
  other_more jsonb default '{}'::jsonb not null
);
create table grants (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  issuer text not null,
  issuer_user_id text not null,
  user_name text not null,
  scopes text[] not null,
  access_token_sealed text,
  refresh_token_sealed text,
  expires_at timestamp with time zone,
  refresh_expires_at timestamp with time zone,
  data_access_expires_at timestamp with time zone,
  state text default 'active'::text not null,
  state_reason text,
  connected_by uuid,
  connected_at timestamp with time zone default now() not null,
  renewed_at timestamp with time zone,
  renewing_by uuid,
  renewing_until timestamp with time zone,
  ended_at timestamp with time zone,
  next_renewal_at timestamp with time zone,
  renewal_failures integer default 0 not null,
  next_check_at timestamp with time zone,
  checked_at timestamp with time zone,
  warned_of timestamp with time zone,
  warned_days integer,
  dismissed_end timestamp with time zone
);
create table import_rows (
  import_id uuid not null,
  workspace_id uuid not null,
  "position" integer not null,
  post_id uuid default uuid_v7() not null,
  post jsonb not null,
  targets jsonb
);
create table imports (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  user_id uuid not null,
  state text not null,
  state_at timestamp with time zone default now() not null,
  rows integer not null,
  prepared integer default 0 not null,
  faulty integer default 0 not null,
  faults jsonb default '[]'::jsonb not null,
  twice boolean default false not null,
  created_at timestamp with time zone default now() not null
);
create table installation (
  one boolean default true not null,
  paused_at timestamp with time zone,
  operators_require_second_factor boolean default false not null
);
create table invitations (
  id uuid default uuid_v7() not null,
  code_hash bytea not null,
  workspace_id uuid,
  role text,
  makes_operator boolean default false not null,
  created_by uuid,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  accepted_by uuid,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone
);
create table labels (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  name text not null,
  name_key text not null,
  color text not null,
  created_at timestamp with time zone default now() not null
);
create table limits (
  subject text not null,
  holds text[] not null,
  until timestamp with time zone not null,
  words text not null
);
create table mail_links (
  id uuid default uuid_v7() not null,
  user_id uuid not null,
  purpose text not null,
  new_email text,
  export_id uuid,
  token_hash bytea,
  created_at timestamp with time zone default now() not null,
  sent_at timestamp with time zone,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone
);
create table measured_channels (
  channel_id uuid not null,
  workspace_id uuid not null,
  next_at timestamp with time zone not null,
  rest_until timestamp with time zone,
  problem text,
  problem_at timestamp with time zone,
  not_given text[] default '{}'::text[] not null,
  unread_told_at timestamp with time zone,
  rests jsonb default '{}'::jsonb not null,
  days_at timestamp with time zone default now(),
  list_at timestamp with time zone default now(),
  listed_at timestamp with time zone,
  first_listed_at timestamp with time zone,
  list_from timestamp with time zone,
  list_began_at timestamp with time zone,
  list_next text
);
create table measured_targets (
  target_id uuid not null,
  workspace_id uuid not null,
  channel_id uuid not null,
  published_at timestamp with time zone not null,
  next_at timestamp with time zone,
  taken_at timestamp with time zone,
  views bigint,
  reach bigint,
  likes integer,
  comments integer,
  shares integer,
  saves integer,
  source text,
  ended_metrics text[] default '{}'::text[] not null,
  absent_at timestamp with time zone,
  changed_at timestamp with time zone,
  views_at_day bigint,
  views_at_week bigint,
  more jsonb default '{}'::jsonb not null,
  kind text not null
);
create table media (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  kind text not null,
  content_type text not null,
  file_name text not null,
  size_bytes bigint not null,
  sha256 bytea not null,
  width integer not null,
  height integer not null,
  duration_ms integer,
  video_codec text,
  audio_codec text,
  fps real,
  store_key text not null,
  thumbnail_key text,
  uploaded_by uuid,
  uploaded_at timestamp with time zone default now() not null,
  purged_at timestamp with time zone,
  files_removed_at timestamp with time zone,
  original_key text,
  original_bytes bigint,
  conversion text,
  conversion_began_at timestamp with time zone,
  conversion_share real,
  conversion_problem text,
  encoding jsonb,
  medium_key text,
  alt_text text default ''::text not null,
  alt_text_by uuid
);
create table media_labels (
  media_id uuid not null,
  label_id uuid not null,
  workspace_id uuid not null
);
create table media_links (
  name text not null,
  media_id uuid not null,
  workspace_id uuid not null,
  target_id uuid,
  attempt_number integer,
  created_at timestamp with time zone default now() not null,
  retired_at timestamp with time zone,
  first_fetched_at timestamp with time zone,
  fetches integer default 0 not null,
  rendition_id uuid
);
create table memberships (
  workspace_id uuid not null,
  user_id uuid not null,
  role text not null,
  created_at timestamp with time zone default now() not null,
  steps_dismissed_at timestamp with time zone
);
create table metric_names (
  platform text not null,
  version text not null,
  name text not null,
  refused_at timestamp with time zone,
  kind text not null,
  witness text not null,
  suspected_at timestamp with time zone not null
);
create table notices (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  user_id uuid not null,
  kind text not null,
  cause text not null,
  target_id uuid,
  channel_id uuid,
  grant_id uuid,
  facts jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone,
  by_mail boolean not null,
  mailed_at timestamp with time zone,
  mailing_until timestamp with time zone,
  post_id uuid,
  comment_id uuid
);
create table number_versions (
  workspace_id uuid not null,
  writer integer not null,
  version bigint not null
);
create table oauth_clients (
  id uuid default uuid_v7() not null,
  name text not null,
  redirect_uris text[] not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null
);
create table oauth_codes (
  code_hash bytea not null,
  workspace_id uuid not null,
  user_id uuid not null,
  client_id uuid not null,
  redirect_uri text not null,
  challenge text not null,
  scopes text[] not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  key_id uuid
);
create table outbox (
  id bigint generated always as identity not null,
  kind text not null,
  ref_id uuid not null,
  created_at timestamp with time zone default now() not null,
  next_try_at timestamp with time zone default (now() + '00:00:01'::interval) not null,
  tries integer default 0 not null,
  request_id text
);
create table passkeys (
  id uuid default uuid_v7() not null,
  user_id uuid not null,
  name text not null,
  credential_id text not null,
  public_key bytea not null,
  counter bigint default 0 not null,
  transports text[] default '{}'::text[] not null,
  backed_up boolean default false not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone
);
create table password_resets (
  id uuid default uuid_v7() not null,
  user_id uuid not null,
  token_hash bytea,
  created_at timestamp with time zone default now() not null,
  sent_at timestamp with time zone,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone
);
create table policy_letters (
  version text not null,
  user_id uuid not null,
  mailed_at timestamp with time zone
);
create table policy_versions (
  version text not null,
  published_on date not null,
  material boolean not null,
  changes text not null,
  announced_at timestamp with time zone
);
create table post_labels (
  post_id uuid not null,
  label_id uuid not null,
  workspace_id uuid not null
);
create table post_media (
  post_id uuid not null,
  media_id uuid not null,
  workspace_id uuid not null,
  "position" integer not null,
  alt_text text default ''::text not null,
  edits jsonb
);
create table post_versions (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  post_id uuid not null,
  user_id uuid,
  version integer not null,
  form jsonb not null,
  began_at timestamp with time zone default now() not null,
  saved_at timestamp with time zone default now() not null
);
create table posts (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  state text default 'draft'::text not null,
  text text default ''::text not null,
  link text,
  variants jsonb default '{}'::jsonb not null,
  choices jsonb default '{}'::jsonb not null,
  wall_time text,
  zone text,
  due_at timestamp with time zone,
  version integer default 1 not null,
  created_by uuid,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  slot_choice text,
  series_id uuid,
  occurrence_on date,
  is_apart boolean default false not null,
  repeats jsonb,
  edited_by uuid,
  import_id uuid,
  note text default ''::text not null
);
create table reading_calls (
  issuer text not null,
  minute timestamp with time zone not null,
  calls integer not null
);
create table recovery_codes (
  id uuid default uuid_v7() not null,
  user_id uuid not null,
  code_hash bytea not null,
  salt bytea not null,
  created_at timestamp with time zone default now() not null,
  used_at timestamp with time zone
);
create table renditions (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  media_id uuid not null,
  recipe text not null,
  edits text default ''::text not null,
  state text default 'waiting'::text not null,
  share real,
  problem text,
  store_key text,
  content_type text,
  size_bytes bigint,
  sha256 bytea,
  width integer,
  height integer,
  duration_ms integer,
  created_at timestamp with time zone default now() not null
);
create table report_links (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  report_id uuid not null,
  user_id uuid not null,
  code_hash bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  last_read_on date
);
create table report_mails (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  report_id uuid not null,
  reader_id uuid not null,
  from_day date not null,
  to_day date not null,
  code_hash bytea,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  mailing_until timestamp with time zone,
  sent_at timestamp with time zone
);
create table report_readers (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  report_id uuid not null,
  email text not null,
  code_hash bytea,
  asked_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  refused_at timestamp with time zone
);
create table report_schedules (
  report_id uuid not null,
  workspace_id uuid not null,
  user_id uuid,
  hour smallint not null,
  handled_to date not null,
  created_at timestamp with time zone default now() not null
);
create table reports (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  created_by uuid,
  title text not null,
  note text default ''::text not null,
  period text not null,
  from_day date,
  to_day date,
  sections text[] not null,
  channel_ids uuid[],
  platform text,
  label_id uuid,
  color text not null,
  logo bytea,
  hours smallint not null,
  date_order text not null,
  week_start smallint not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null
);
create table review_decisions (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  post_id uuid not null,
  round integer not null,
  stage text not null,
  decision text not null,
  user_id uuid,
  words text default ''::text not null,
  decided_at timestamp with time zone default now() not null,
  by_client boolean default false not null,
  reviewer_id uuid
);
create table review_link_posts (
  link_id uuid not null,
  post_id uuid not null,
  workspace_id uuid not null
);
create table review_links (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  user_id uuid not null,
  name text not null,
  token_hash bytea not null,
  passphrase_hash text,
  from_day date,
  to_day date,
  channel_ids uuid[] default '{}'::uuid[] not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  opens integer default 0 not null,
  opened_at timestamp with time zone
);
create table reviewers (
  workspace_id uuid not null,
  user_id uuid not null
);
create table reviews (
  post_id uuid not null,
  workspace_id uuid not null,
  state text default 'waiting'::text not null,
  state_at timestamp with time zone default now() not null,
  stage text not null,
  round integer default 1 not null,
  asked_by uuid,
  asked_at timestamp with time zone default now() not null,
  told_at timestamp with time zone,
  steps text[] default '{}'::text[] not null,
  steps_due_at timestamp with time zone,
  held_at timestamp with time zone,
  dismissed_at timestamp with time zone,
  content jsonb
);
create table revocations (
  id uuid default uuid_v7() not null,
  issuer text not null,
  issuer_user_id text,
  workspace_id uuid,
  grant_id uuid,
  channel_id uuid,
  request_id uuid,
  asked_by uuid,
  asked_at timestamp with time zone not null,
  erases_history boolean default false not null,
  erased_at timestamp with time zone,
  access_token_sealed text,
  refresh_token_sealed text,
  access_expires_at timestamp with time zone,
  state text default 'pending'::text not null,
  gives_up_at timestamp with time zone not null,
  next_try_at timestamp with time zone,
  calling_until timestamp with time zone,
  tries integer default 0 not null,
  problem text,
  ended_at timestamp with time zone
);
create table schema_version (
  version bigint not null,
  name text,
  md5 text,
  run_at timestamp with time zone
);
create table series (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  created_by uuid,
  created_at timestamp with time zone default now() not null,
  rule jsonb not null,
  starts_on date not null,
  wall_time time(0) without time zone not null,
  zone text not null,
  ends_on date,
  occurrences integer,
  made_on date not null,
  made integer default 1 not null,
  ended_at timestamp with time zone,
  text text default ''::text not null,
  link text,
  variants jsonb default '{}'::jsonb not null,
  choices jsonb default '{}'::jsonb not null
);
create table series_media (
  series_id uuid not null,
  workspace_id uuid not null,
  media_id uuid not null,
  "position" smallint not null,
  alt_text text default ''::text not null,
  edits jsonb
);
create table sessions (
  id uuid default uuid_v7() not null,
  token_hash bytea not null,
  user_id uuid not null,
  created_at timestamp with time zone default now() not null,
  last_seen_at timestamp with time zone default now() not null,
  confirmed_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  second_factor_at timestamp with time zone,
  awaits_second_factor boolean default false not null
);
create table slots (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  channel_id uuid not null,
  weekday smallint not null,
  wall_time time(0) without time zone not null,
  created_at timestamp with time zone default now() not null
);
create table snapshots (
  workspace_id uuid not null,
  target_id uuid,
  taken_at timestamp with time zone not null,
  views bigint,
  reach bigint,
  likes integer,
  comments integer,
  shares integer,
  saves integer,
  source text not null,
  last_seen_at timestamp with time zone,
  elsewhere_id uuid,
  more jsonb default '{}'::jsonb not null
) partition by RANGE (taken_at);
create table sweeps (
  id uuid default uuid_v7() not null,
  rule text not null,
  removed integer not null,
  left_count integer not null,
  oldest_left_at timestamp with time zone,
  duration_ms integer not null,
  at timestamp with time zone not null
);
create table targets (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  post_id uuid not null,
  channel_id uuid not null,
  platform text not null,
  kind text not null,
  text text not null,
  link text,
  settings jsonb default '{}'::jsonb not null,
  due_at timestamp with time zone not null,
  state text default 'scheduled'::text not null,
  state_at timestamp with time zone default now() not null,
  waiting_for text,
  not_before timestamp with time zone,
  revision integer default 1 not null,
  handles jsonb default '{}'::jsonb not null,
  handles_revision integer,
  attempt_number integer default 0 not null,
  problem jsonb,
  platform_post_id text,
  permalink text,
  sent_at timestamp with time zone,
  published_at timestamp with time zone,
  confirmed_by text,
  finished_at timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  comment_state text,
  comment_number integer default 0 not null,
  comment_not_before timestamp with time zone,
  comment_since timestamp with time zone,
  comment_problem jsonb,
  comment_proof text,
  comment_id text,
  commented_at timestamp with time zone,
  comment_open boolean generated always as (((state = 'published'::text) AND (COALESCE((settings ->> 'first_comment'::text), ''::text) <> ''::text) AND ((comment_state IS NULL) OR (comment_state = ANY (ARRAY['waiting'::text, 'sending'::text]))))) stored not null,
  inbox_until timestamp with time zone,
  has_secret_handles boolean generated always as (((handles)::text ~~ '%"sealed%'::text)) stored not null,
  queued boolean default false not null,
  deletion_state text,
  deletion_number integer default 0 not null,
  deletion_asked_by uuid,
  deletion_asked_at timestamp with time zone,
  deletion_not_before timestamp with time zone,
  deletion_claimed_at timestamp with time zone,
  deletion_sent_at timestamp with time zone,
  deletion_answer text,
  deletion_problem jsonb,
  deletion_proof text,
  deletion_looks integer default 0 not null,
  deletion_ended_at timestamp with time zone,
  deletion_dismissed_at timestamp with time zone
);
create unlogged table throttle (
  key text not null,
  hits integer not null,
  reset_at timestamp with time zone not null
);
create table turns (
  channel_id uuid not null,
  name text not null,
  at timestamp with time zone not null
);
create table unmeasured_targets (
  target_id uuid not null,
  shard smallint not null
);
create table unsaved_edits (
  post_id uuid not null,
  user_id uuid not null,
  workspace_id uuid not null,
  version integer not null,
  form jsonb not null,
  saved_at timestamp with time zone default now() not null
);
create table users (
  id uuid default uuid_v7() not null,
  email text not null,
  name text not null,
  password_hash text not null,
  is_operator boolean default false not null,
  theme text default 'auto'::text not null,
  created_at timestamp with time zone default now() not null,
  deactivated_at timestamp with time zone,
  notices_by_mail text[] default '{failed,unconfirmed,missed,inbox,comment,canceled,ending,ended,disconnected,asked,erased,left,unread,review,reminder,escalated,held,approved,changes,webhook,mentioned,discussed}'::text[] not null,
  deactivated_by text,
  policy_version text,
  hours smallint default 12 not null,
  date_order text default 'mdy'::text not null,
  week_start smallint default 1 not null,
  has_shortcuts boolean default true not null
);
create table webhook_endpoints (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  user_id uuid not null,
  format text not null,
  url_sealed text not null,
  events text[] not null,
  secret_sealed text not null,
  old_secret_sealed text,
  old_secret_until timestamp with time zone,
  created_at timestamp with time zone not null,
  rotated_at timestamp with time zone,
  failing_since timestamp with time zone,
  disabled_at timestamp with time zone,
  disabled_by text
);
create table webhook_messages (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  endpoint_id uuid not null,
  event text not null,
  at timestamp with time zone default now() not null,
  post_id uuid,
  target_id uuid,
  channel_id uuid,
  state text not null,
  tries integer default 0 not null,
  next_at timestamp with time zone,
  outcome text default 'waiting'::text not null
);
create table webhook_tries (
  id uuid default uuid_v7() not null,
  workspace_id uuid not null,
  message_id uuid not null,
  number integer not null,
  at timestamp with time zone not null,
  duration_ms integer not null,
  status smallint,
  problem text,
  answer text default ''::text not null
);
create table workspace_days (
  workspace_id uuid not null,
  day date not null,
  views bigint,
  reach bigint,
  likes bigint,
  comments bigint,
  shares bigint,
  saves bigint,
  taken_at timestamp with time zone not null,
  other_views bigint,
  other_reach bigint,
  other_likes bigint,
  other_comments bigint,
  other_shares bigint,
  other_saves bigint,
  more jsonb default '{}'::jsonb not null,
  other_more jsonb default '{}'::jsonb not null
);
create table workspaces (
  id uuid default uuid_v7() not null,
  slug text not null,
  name text not null,
  zone text not null,
  missed_after interval default '06:00:00'::interval not null,
  created_by uuid,
  created_at timestamp with time zone default now() not null,
  paused_at timestamp with time zone,
  paused_by uuid,
  erased_by uuid,
  requires_second_factor boolean default false not null,
  set_up_at timestamp with time zone,
  earlier_zones jsonb default '[]'::jsonb not null,
  review_of text default 'off'::text not null,
  review_stages text default 'team'::text not null,
  link_tags jsonb default '{}'::jsonb not null
);

alter table annotations add constraint annotations_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 200) AND (text !~ '[\r\n]'::text)));
alter table api_keys add constraint api_keys_hint CHECK (((hint IS NULL) = (secret_hash IS NULL)));
alter table api_keys add constraint api_keys_hint_check CHECK ((char_length(hint) = 4));
alter table api_keys add constraint api_keys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60)));
alter table api_keys add constraint api_keys_scopes_check CHECK (((scopes <@ ARRAY['read'::text, 'draft'::text, 'schedule'::text, 'publish'::text, 'manage'::text]) AND (cardinality(scopes) > 0)));
alter table api_keys add constraint api_keys_way CHECK (((client_id IS NULL) = (secret_hash IS NOT NULL)));
alter table app_tokens add constraint app_tokens_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'refresh'::text])));
alter table attempts add constraint attempts_outcome_check CHECK ((outcome = ANY (ARRAY['claimed'::text, 'accepted'::text, 'refused'::text, 'unknown'::text, 'not_sent'::text, 'found'::text, 'absent'::text])));
alter table avatars add constraint avatars_content_type_check CHECK ((content_type = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'image/webp'::text])));
alter table avatars add constraint avatars_small CHECK ((octet_length(picture) <= 524288));
alter table captions add constraint captions_kind_check CHECK ((kind = ANY (ARRAY['caption'::text, 'hashtags'::text])));
alter table captions add constraint captions_name_check CHECK ((name <> ''::text));
alter table captions add constraint captions_name_key_check CHECK ((name_key <> ''::text));
alter table captions add constraint captions_text_check CHECK ((text <> ''::text));
alter table channels add constraint channels_disconnected_without_token CHECK (((state <> 'disconnected'::text) OR (token_sealed IS NULL)));
alter table channels add constraint channels_erased_is_empty CHECK (((grant_id IS NOT NULL) OR ((state = 'disconnected'::text) AND (handle = ''::text) AND (settings = '{}'::jsonb) AND (account_facts IS NULL) AND (token_sealed IS NULL))));
alter table channels add constraint channels_state_check CHECK ((state = ANY (ARRAY['connected'::text, 'reconnect'::text, 'disconnected'::text])));
alter table client_reviewers add constraint client_reviewers_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)));
alter table comment_attempts add constraint comment_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['claimed'::text, 'accepted'::text, 'refused'::text, 'unknown'::text, 'not_sent'::text, 'found'::text, 'absent'::text])));
alter table deletion_items add constraint deletion_items_amount_check CHECK ((amount > 0));
alter table deletion_items add constraint deletion_items_list_check CHECK ((list = ANY (ARRAY['deleted'::text, 'kept'::text])));
alter table deletion_mails add constraint deletion_mails_kind_check CHECK ((kind = ANY (ARRAY['started'::text, 'finished'::text, 'workspace'::text])));
alter table deletion_mails add constraint deletion_mails_reader CHECK (((kind = 'workspace'::text) = (user_id IS NOT NULL)));
alter table deletion_requests add constraint deletion_requests_forgets CHECK (((finished_at IS NULL) OR ((user_id IS NULL) AND (issuer_user_id IS NULL) AND (code_sealed IS NULL))));
alter table deletion_requests add constraint deletion_requests_origin_check CHECK ((origin = ANY (ARRAY['account'::text, 'page'::text, 'issuer'::text, 'retention'::text, 'restore'::text])));
alter table deletion_steps add constraint deletion_steps_name_check CHECK ((name = ANY (ARRAY['posts'::text, 'tokens'::text, 'revoke'::text, 'media'::text, 'content'::text, 'account'::text])));
alter table deletion_steps add constraint deletion_steps_state_check CHECK ((state = ANY (ARRAY['waits'::text, 'trying'::text, 'done'::text, 'gave_up'::text])));
alter table discussion_comments add constraint discussion_comments_check CHECK (((answers IS NULL) OR (resolved_at IS NULL)));
alter table discussion_comments add constraint discussion_comments_text_check CHECK ((char_length(text) <= 2000));
alter table discussion_mentions add constraint discussion_mentions_nth_check CHECK ((nth >= 0));
alter table elsewhere_posts add constraint elsewhere_posts_more_are_numbers CHECK (((jsonb_typeof(more) = 'object'::text) AND (NOT jsonb_path_exists(more, 'strict $.*?(((@.type() != "number" || @ < 0) || @ > 9007199254740991) || @.floor() != @)'::jsonpath))));
alter table erased_ids add constraint erased_ids_kind_check CHECK ((kind = ANY (ARRAY['user'::text, 'workspace'::text, 'grant'::text, 'channel'::text])));
alter table events add constraint events_name_check CHECK ((name ~ '^[a-z_]+\.[a-z_]+$'::text));
alter table feeds add constraint feeds_kind_check CHECK ((kind = ANY (ARRAY['calendar'::text, 'own-calendar'::text, 'published'::text])));
alter table form_keys add constraint form_keys_purpose_check CHECK ((purpose ~ '^[a-z-]{4,20}$'::text));
alter table grants add constraint grants_ended_without_tokens CHECK (((state <> 'ended'::text) OR ((access_token_sealed IS NULL) AND (refresh_token_sealed IS NULL))));
alter table grants add constraint grants_state_check CHECK ((state = ANY (ARRAY['active'::text, 'reauthorize'::text, 'ended'::text])));
alter table import_rows add constraint import_rows_post_check CHECK ((jsonb_typeof(post) = 'object'::text));
alter table import_rows add constraint import_rows_targets_check CHECK ((jsonb_typeof(targets) = 'array'::text));
alter table imports add constraint imports_faults_check CHECK ((jsonb_typeof(faults) = 'array'::text));
alter table imports add constraint imports_faulty_check CHECK ((faulty >= 0));
alter table imports add constraint imports_rows_check CHECK ((rows >= 0));
alter table imports add constraint imports_state_check CHECK ((state = ANY (ARRAY['checked'::text, 'importing'::text, 'done'::text, 'refused'::text, 'undone'::text])));
alter table installation add constraint installation_one_check CHECK (one);
alter table invitations add constraint invitations_one_end CHECK (((accepted_at IS NULL) OR (revoked_at IS NULL)));
alter table invitations add constraint invitations_purpose CHECK (((workspace_id IS NULL) = (role IS NULL)));
alter table invitations add constraint invitations_role_check CHECK ((role = ANY (ARRAY['manager'::text, 'admin'::text])));
alter table labels add constraint labels_color_check CHECK ((color = ANY (ARRAY['red'::text, 'orange'::text, 'yellow'::text, 'green'::text, 'teal'::text, 'blue'::text, 'purple'::text, 'pink'::text, 'gray'::text])));
alter table labels add constraint labels_name_check CHECK ((name <> ''::text));
alter table labels add constraint labels_name_key_check CHECK ((name_key <> ''::text));
alter table mail_links add constraint mail_links_email CHECK (((purpose = ANY (ARRAY['email'::text, 'email-back'::text])) = (new_email IS NOT NULL)));
alter table mail_links add constraint mail_links_export CHECK (((purpose = 'export'::text) = (export_id IS NOT NULL)));
alter table mail_links add constraint mail_links_new_email_form CHECK (((length(new_email) <= 254) AND (new_email ~ '^[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+@[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+$'::text)));
alter table mail_links add constraint mail_links_purpose_check CHECK ((purpose = ANY (ARRAY['deletion'::text, 'email'::text, 'email-back'::text, 'export'::text, 'sign-in'::text])));
alter table measured_targets add constraint measured_targets_more_are_numbers CHECK (((jsonb_typeof(more) = 'object'::text) AND (NOT jsonb_path_exists(more, 'strict $.*?(((@.type() != "number" || @ < 0) || @ > 9007199254740991) || @.floor() != @)'::jsonpath))));
alter table media add constraint media_alt_text_check CHECK ((length(alt_text) <= 5000));
alter table media add constraint media_conversion_check CHECK ((conversion = ANY (ARRAY['waiting'::text, 'failed'::text])));
alter table media add constraint media_conversion_original CHECK (((conversion IS NULL) OR (original_key IS NOT NULL)));
alter table media add constraint media_encoding_check CHECK ((jsonb_typeof(encoding) = 'object'::text));
alter table media add constraint media_kind_check CHECK ((kind = ANY (ARRAY['image'::text, 'video'::text])));
alter table media add constraint media_size_bytes_check CHECK ((size_bytes > 0));
alter table media_links add constraint media_links_name_form CHECK ((length(name) >= 22));
alter table memberships add constraint memberships_role_check CHECK ((role = ANY (ARRAY['manager'::text, 'admin'::text])));
alter table notices add constraint notices_kind_check CHECK ((kind = ANY (ARRAY['failed'::text, 'unconfirmed'::text, 'missed'::text, 'inbox'::text, 'comment'::text, 'canceled'::text, 'ending'::text, 'ended'::text, 'disconnected'::text, 'asked'::text, 'erased'::text, 'left'::text, 'unread'::text, 'review'::text, 'reminder'::text, 'escalated'::text, 'held'::text, 'approved'::text, 'changes'::text, 'webhook'::text, 'mentioned'::text, 'discussed'::text])));
alter table oauth_clients add constraint oauth_clients_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 60)));
alter table oauth_clients add constraint oauth_clients_redirect_uris_check CHECK (((cardinality(redirect_uris) >= 1) AND (cardinality(redirect_uris) <= 10)));
alter table passkeys add constraint passkeys_name_length CHECK (((length(name) >= 1) AND (length(name) <= 60)));
alter table post_media add constraint post_media_edits_check CHECK ((jsonb_typeof(edits) = 'object'::text));
alter table post_media add constraint post_media_position_check CHECK ((("position" >= 1) AND ("position" <= 35)));
alter table post_versions add constraint post_versions_form_check CHECK ((jsonb_typeof(form) = 'object'::text));
alter table posts add constraint posts_discarded_without_time CHECK (((state <> 'discarded'::text) OR (due_at IS NULL)));
alter table posts add constraint posts_note_check CHECK ((char_length(note) <= 2000));
alter table posts add constraint posts_occurrence CHECK (((series_id IS NULL) OR (occurrence_on IS NOT NULL)));
alter table posts add constraint posts_repeats_check CHECK ((jsonb_typeof(repeats) = 'object'::text));
alter table posts add constraint posts_scheduled_has_time CHECK (((state <> 'scheduled'::text) OR (due_at IS NOT NULL)));
alter table posts add constraint posts_slot_choice_check CHECK ((slot_choice = ANY (ARRAY['slot'::text, 'queue'::text])));
alter table posts add constraint posts_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'scheduled'::text, 'discarded'::text])));
alter table renditions add constraint renditions_edits_check CHECK ((length(edits) <= 300));
alter table renditions add constraint renditions_made CHECK (((state <> 'ready'::text) OR (num_nulls(store_key, content_type, size_bytes, sha256, width, height) = 0)));
alter table renditions add constraint renditions_recipe_check CHECK ((length(recipe) <= 300));
alter table renditions add constraint renditions_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'ready'::text, 'failed'::text])));
alter table report_links add constraint report_links_check CHECK ((expires_at > created_at));
alter table report_mails add constraint report_mails_check CHECK ((to_day >= from_day));
alter table report_readers add constraint report_readers_email_check CHECK (((char_length(email) >= 3) AND (char_length(email) <= 254)));
alter table report_schedules add constraint report_schedules_hour_check CHECK (((hour >= 0) AND (hour <= 23)));
alter table reports add constraint reports_channel_ids_check CHECK (((cardinality(channel_ids) >= 1) AND (cardinality(channel_ids) <= 500)));
alter table reports add constraint reports_color_check CHECK ((color ~ '^[0-9a-f]{6}$'::text));
alter table reports add constraint reports_date_order_check CHECK ((date_order = ANY (ARRAY['mdy'::text, 'dmy'::text, 'ymd'::text])));
alter table reports add constraint reports_days CHECK ((((period = 'own'::text) = ((from_day IS NOT NULL) AND (to_day IS NOT NULL))) AND (from_day <= to_day)));
alter table reports add constraint reports_hours_check CHECK ((hours = ANY (ARRAY[12, 24])));
alter table reports add constraint reports_logo_check CHECK ((octet_length(logo) <= 524288));
alter table reports add constraint reports_note_check CHECK ((char_length(note) <= 2000));
alter table reports add constraint reports_period_check CHECK ((period = ANY (ARRAY['week'::text, 'month'::text, 'own'::text])));
alter table reports add constraint reports_sections_check CHECK (((cardinality(sections) >= 1) AND (cardinality(sections) <= 10)));
alter table reports add constraint reports_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 80) AND (title !~ '[\r\n]'::text)));
alter table reports add constraint reports_week_start_check CHECK ((week_start = ANY (ARRAY[1, 6, 7])));
alter table review_decisions add constraint review_decisions_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'changes'::text, 'revoked'::text, 'withdrawn'::text])));
alter table review_decisions add constraint review_decisions_stage_check CHECK ((stage = ANY (ARRAY['team'::text, 'client'::text])));
alter table review_decisions add constraint review_decisions_words_check CHECK ((char_length(words) <= 2000));
alter table review_links add constraint review_links_check CHECK ((((from_day IS NULL) = (to_day IS NULL)) AND (from_day <= to_day)));
alter table review_links add constraint review_links_check1 CHECK ((expires_at > created_at));
alter table review_links add constraint review_links_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80)));
alter table reviews add constraint reviews_check CHECK (((state <> 'approved'::text) OR (content IS NOT NULL)));
alter table reviews add constraint reviews_content_check CHECK ((jsonb_typeof(content) = 'object'::text));
alter table reviews add constraint reviews_round_check CHECK ((round > 0));
alter table reviews add constraint reviews_stage_check CHECK ((stage = ANY (ARRAY['team'::text, 'client'::text])));
alter table reviews add constraint reviews_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'changes'::text, 'approved'::text, 'edited'::text, 'held'::text])));
alter table reviews add constraint reviews_steps_check CHECK ((steps <@ '{day,hours,escalate}'::text[]));
alter table revocations add constraint revocations_ended CHECK (((state = 'pending'::text) = (ended_at IS NULL)));
alter table revocations add constraint revocations_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'revoked'::text, 'kept'::text, 'unusable'::text, 'given_up'::text])));
alter table revocations add constraint revocations_tokens_only_while_pending CHECK (((state = 'pending'::text) OR ((access_token_sealed IS NULL) AND (refresh_token_sealed IS NULL) AND (issuer_user_id IS NULL))));
alter table series add constraint series_made_check CHECK ((made >= 0));
alter table series add constraint series_occurrences_check CHECK (((occurrences >= 1) AND (occurrences <= 200)));
alter table series add constraint series_rule_check CHECK ((jsonb_typeof(rule) = 'object'::text));
alter table series_media add constraint series_media_edits_check CHECK ((jsonb_typeof(edits) = 'object'::text));
alter table series_media add constraint series_media_position_check CHECK ((("position" >= 1) AND ("position" <= 35)));
alter table slots add constraint slots_wall_time_check CHECK ((EXTRACT(second FROM wall_time) = (0)::numeric));
alter table slots add constraint slots_weekday_check CHECK (((weekday >= 1) AND (weekday <= 7)));
alter table snapshots add constraint snapshots_more_are_numbers CHECK (((jsonb_typeof(more) = 'object'::text) AND (NOT jsonb_path_exists(more, 'strict $.*?(((@.type() != "number" || @ < 0) || @ > 9007199254740991) || @.floor() != @)'::jsonpath))));
alter table snapshots add constraint snapshots_of_one_post CHECK ((num_nonnulls(target_id, elsewhere_id) = 1));
alter table targets add constraint targets_comment_state_check CHECK ((comment_state = ANY (ARRAY['waiting'::text, 'sending'::text, 'published'::text, 'failed'::text, 'unconfirmed'::text, 'left'::text])));
alter table targets add constraint targets_deletion_state_check CHECK ((deletion_state = ANY (ARRAY['asked'::text, 'sending'::text, 'deleted'::text, 'failed'::text, 'unconfirmed'::text])));
alter table targets add constraint targets_erased_without_platform_data CHECK (((state <> 'erased'::text) OR ((platform_post_id IS NULL) AND (permalink IS NULL) AND (handles = '{}'::jsonb) AND (problem IS NULL) AND (confirmed_by IS NULL) AND (comment_id IS NULL) AND (comment_problem IS NULL) AND (comment_proof IS NULL) AND (deletion_answer IS NULL) AND (deletion_problem IS NULL) AND (deletion_proof IS NULL))));
alter table targets add constraint targets_state_check CHECK ((state = ANY (ARRAY['scheduled'::text, 'preparing'::text, 'ready'::text, 'sending'::text, 'processing'::text, 'published'::text, 'failed'::text, 'unconfirmed'::text, 'missed'::text, 'canceled'::text, 'erased'::text])));
alter table unsaved_edits add constraint unsaved_edits_form_check CHECK ((jsonb_typeof(form) = 'object'::text));
alter table users add constraint users_date_order_check CHECK ((date_order = ANY (ARRAY['mdy'::text, 'dmy'::text, 'ymd'::text])));
alter table users add constraint users_deactivated_by_check CHECK ((deactivated_by = ANY (ARRAY['person'::text, 'admin'::text])));
alter table users add constraint users_email_form CHECK (((email = lower(email)) AND (length(email) <= 254) AND (email ~ '^[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+@[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+$'::text)));
alter table users add constraint users_hours_check CHECK ((hours = ANY (ARRAY[12, 24])));
alter table users add constraint users_name_line CHECK ((name !~ '[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'::text));
alter table users add constraint users_theme_check CHECK ((theme = ANY (ARRAY['auto'::text, 'light'::text, 'dark'::text])));
alter table users add constraint users_week_start_check CHECK ((week_start = ANY (ARRAY[1, 6, 7])));
alter table webhook_endpoints add constraint webhook_endpoints_check CHECK (((disabled_at IS NULL) = (disabled_by IS NULL)));
alter table webhook_endpoints add constraint webhook_endpoints_check1 CHECK (((old_secret_sealed IS NULL) = (old_secret_until IS NULL)));
alter table webhook_endpoints add constraint webhook_endpoints_disabled_by_check CHECK ((disabled_by = ANY (ARRAY['person'::text, 'receiver'::text, 'failures'::text])));
alter table webhook_endpoints add constraint webhook_endpoints_events_check CHECK (((cardinality(events) > 0) AND (events <@ ARRAY['post.published'::text, 'post.failed'::text, 'post.needs_attention'::text, 'review.requested'::text, 'review.approved'::text, 'review.changes_requested'::text, 'review.held'::text, 'account.needs_reconnect'::text])));
alter table webhook_endpoints add constraint webhook_endpoints_format_check CHECK ((format = ANY (ARRAY['standard'::text, 'slack'::text, 'discord'::text, 'teams'::text])));
alter table webhook_messages add constraint webhook_messages_check CHECK (((outcome = 'waiting'::text) = (next_at IS NOT NULL)));
alter table webhook_messages add constraint webhook_messages_outcome_check CHECK ((outcome = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])));
alter table webhook_tries add constraint webhook_tries_answer_check CHECK ((char_length(answer) <= 200));
alter table workspaces add constraint workspaces_link_tags_check CHECK ((jsonb_typeof(link_tags) = 'object'::text));
alter table workspaces add constraint workspaces_name_line CHECK ((name !~ '[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'::text));
alter table workspaces add constraint workspaces_review_of_check CHECK ((review_of = ANY (ARRAY['off'::text, 'managers'::text, 'all'::text])));
alter table workspaces add constraint workspaces_review_stages_check CHECK ((review_stages = ANY (ARRAY['team'::text, 'client'::text, 'both'::text])));
alter table workspaces add constraint workspaces_slug_form CHECK ((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text));
alter table account_snapshots add constraint account_snapshots_pkey PRIMARY KEY (channel_id, taken_at);
alter table annotations add constraint annotations_pkey PRIMARY KEY (id);
alter table api_keys add constraint api_keys_pkey PRIMARY KEY (id);
alter table api_requests add constraint api_requests_pkey PRIMARY KEY (key_id, name_hash);
alter table app_tokens add constraint app_tokens_pkey PRIMARY KEY (token_hash);
alter table attempts add constraint attempts_pkey PRIMARY KEY (id);
alter table authenticator_apps add constraint authenticator_apps_pkey PRIMARY KEY (user_id);
alter table avatars add constraint avatars_pkey PRIMARY KEY (channel_id);
alter table callback_calls add constraint callback_calls_pkey PRIMARY KEY (issuer, path);
alter table captions add constraint captions_pkey PRIMARY KEY (id);
alter table channel_days add constraint channel_days_pkey PRIMARY KEY (channel_id, day);
alter table channel_months add constraint channel_months_pkey PRIMARY KEY (channel_id, month);
alter table channels add constraint channels_pkey PRIMARY KEY (id);
alter table client_reviewers add constraint client_reviewers_pkey PRIMARY KEY (id);
alter table comment_attempts add constraint comment_attempts_pkey PRIMARY KEY (id);
alter table connections_under_way add constraint connections_under_way_pkey PRIMARY KEY (state_hash);
alter table deletion_items add constraint deletion_items_pkey PRIMARY KEY (request_id, list, item);
alter table deletion_mails add constraint deletion_mails_pkey PRIMARY KEY (id);
alter table deletion_requests add constraint deletion_requests_pkey PRIMARY KEY (id);
alter table deletion_steps add constraint deletion_steps_pkey PRIMARY KEY (request_id, "position");
alter table discussion_comments add constraint discussion_comments_pkey PRIMARY KEY (id);
alter table discussion_mentions add constraint discussion_mentions_pkey PRIMARY KEY (comment_id, nth);
alter table elsewhere_posts add constraint elsewhere_posts_pkey PRIMARY KEY (id);
alter table erased_ids add constraint erased_ids_pkey PRIMARY KEY (hash);
alter table events add constraint events_pkey PRIMARY KEY (id);
alter table exports add constraint exports_pkey PRIMARY KEY (id);
alter table feeds add constraint feeds_pkey PRIMARY KEY (id);
alter table form_keys add constraint form_keys_pkey PRIMARY KEY (key);
alter table format_days add constraint format_days_pkey PRIMARY KEY (channel_id, kind, day);
alter table grants add constraint grants_pkey PRIMARY KEY (id);
alter table import_rows add constraint import_rows_pkey PRIMARY KEY (import_id, "position");
alter table imports add constraint imports_pkey PRIMARY KEY (id);
alter table installation add constraint installation_pkey PRIMARY KEY (one);
alter table invitations add constraint invitations_pkey PRIMARY KEY (id);
alter table labels add constraint labels_pkey PRIMARY KEY (id);
alter table limits add constraint limits_pkey PRIMARY KEY (subject, holds);
alter table mail_links add constraint mail_links_pkey PRIMARY KEY (id);
alter table measured_channels add constraint measured_channels_pkey PRIMARY KEY (channel_id);
alter table measured_targets add constraint measured_targets_pkey PRIMARY KEY (target_id);
alter table media add constraint media_pkey PRIMARY KEY (id);
alter table media_labels add constraint media_labels_pkey PRIMARY KEY (media_id, label_id);
alter table media_links add constraint media_links_pkey PRIMARY KEY (name);
alter table memberships add constraint memberships_pkey PRIMARY KEY (workspace_id, user_id);
alter table metric_names add constraint metric_names_pkey PRIMARY KEY (platform, version, kind, name);
alter table notices add constraint notices_pkey PRIMARY KEY (id);
alter table number_versions add constraint number_versions_pkey PRIMARY KEY (workspace_id, writer);
alter table oauth_clients add constraint oauth_clients_pkey PRIMARY KEY (id);
alter table oauth_codes add constraint oauth_codes_pkey PRIMARY KEY (code_hash);
alter table outbox add constraint outbox_pkey PRIMARY KEY (id);
alter table passkeys add constraint passkeys_pkey PRIMARY KEY (id);
alter table password_resets add constraint password_resets_pkey PRIMARY KEY (id);
alter table policy_letters add constraint policy_letters_pkey PRIMARY KEY (version, user_id);
alter table policy_versions add constraint policy_versions_pkey PRIMARY KEY (version);
alter table post_labels add constraint post_labels_pkey PRIMARY KEY (post_id, label_id);
alter table post_media add constraint post_media_pkey PRIMARY KEY (post_id, "position");
alter table post_versions add constraint post_versions_pkey PRIMARY KEY (id);
alter table posts add constraint posts_pkey PRIMARY KEY (id);
alter table reading_calls add constraint reading_calls_pkey PRIMARY KEY (issuer, minute);
alter table recovery_codes add constraint recovery_codes_pkey PRIMARY KEY (id);
alter table renditions add constraint renditions_pkey PRIMARY KEY (id);
alter table report_links add constraint report_links_pkey PRIMARY KEY (id);
alter table report_mails add constraint report_mails_pkey PRIMARY KEY (id);
alter table report_readers add constraint report_readers_pkey PRIMARY KEY (id);
alter table report_schedules add constraint report_schedules_pkey PRIMARY KEY (report_id);
alter table reports add constraint reports_pkey PRIMARY KEY (id);
alter table review_decisions add constraint review_decisions_pkey PRIMARY KEY (id);
alter table review_link_posts add constraint review_link_posts_pkey PRIMARY KEY (link_id, post_id);
alter table review_links add constraint review_links_pkey PRIMARY KEY (id);
alter table reviewers add constraint reviewers_pkey PRIMARY KEY (workspace_id, user_id);
alter table reviews add constraint reviews_pkey PRIMARY KEY (post_id);
alter table revocations add constraint revocations_pkey PRIMARY KEY (id);
alter table schema_version add constraint schema_version_pkey PRIMARY KEY (version);
alter table series add constraint series_pkey PRIMARY KEY (id);
alter table series_media add constraint series_media_pkey PRIMARY KEY (series_id, "position");
alter table sessions add constraint sessions_pkey PRIMARY KEY (id);
alter table slots add constraint slots_pkey PRIMARY KEY (id);
alter table sweeps add constraint sweeps_pkey PRIMARY KEY (id);
alter table targets add constraint targets_pkey PRIMARY KEY (id);
alter table throttle add constraint throttle_pkey PRIMARY KEY (key);
alter table unmeasured_targets add constraint unmeasured_targets_pkey PRIMARY KEY (target_id);
alter table unsaved_edits add constraint unsaved_edits_pkey PRIMARY KEY (post_id, user_id);
alter table users add constraint users_pkey PRIMARY KEY (id);
alter table webhook_endpoints add constraint webhook_endpoints_pkey PRIMARY KEY (id);
alter table webhook_messages add constraint webhook_messages_pkey PRIMARY KEY (id);
alter table webhook_tries add constraint webhook_tries_pkey PRIMARY KEY (id);
alter table workspace_days add constraint workspace_days_pkey PRIMARY KEY (workspace_id, day);
alter table workspaces add constraint workspaces_pkey PRIMARY KEY (id);
alter table api_keys add constraint api_keys_secret_hash_key UNIQUE (secret_hash);
alter table attempts add constraint attempts_numbered UNIQUE (target_id, number);
alter table captions add constraint captions_workspace_id_name_key_key UNIQUE (workspace_id, name_key);
alter table channels add constraint channels_account_unique UNIQUE (workspace_id, platform, account_id);
alter table client_reviewers add constraint client_reviewers_cookie_hash_key UNIQUE (cookie_hash);
alter table comment_attempts add constraint comment_attempts_numbered UNIQUE (target_id, number);
alter table deletion_requests add constraint deletion_requests_code_unique UNIQUE (code_hash);
alter table elsewhere_posts add constraint elsewhere_posts_channel_id_platform_post_id_key UNIQUE (channel_id, platform_post_id);
alter table exports add constraint exports_key_unique UNIQUE (store_key);
alter table feeds add constraint feeds_code_hash_key UNIQUE (code_hash);
alter table feeds add constraint feeds_workspace_id_user_id_kind_key UNIQUE (workspace_id, user_id, kind);
alter table grants add constraint grants_user_unique UNIQUE (workspace_id, issuer, issuer_user_id);
alter table invitations add constraint invitations_code_unique UNIQUE (code_hash);
alter table labels add constraint labels_workspace_id_name_key_key UNIQUE (workspace_id, name_key);
alter table mail_links add constraint mail_links_token_unique UNIQUE (token_hash);
alter table media add constraint media_medium_key_unique UNIQUE (medium_key);
alter table media add constraint media_original_key_unique UNIQUE (original_key);
alter table media add constraint media_store_key_unique UNIQUE (store_key);
alter table notices add constraint notices_once UNIQUE (user_id, cause);
alter table passkeys add constraint passkeys_credential_unique UNIQUE (credential_id);
alter table password_resets add constraint password_resets_token_unique UNIQUE (token_hash);
alter table post_media add constraint post_media_once UNIQUE (post_id, media_id);
alter table recovery_codes add constraint recovery_codes_unique UNIQUE (user_id, code_hash);
alter table renditions add constraint renditions_once UNIQUE (media_id, recipe, edits);
alter table renditions add constraint renditions_store_key_key UNIQUE (store_key);
alter table report_links add constraint report_links_code_hash_key UNIQUE (code_hash);
alter table report_links add constraint report_links_report_id_key UNIQUE (report_id);
alter table report_mails add constraint report_mails_code_hash_key UNIQUE (code_hash);
alter table report_mails add constraint report_mails_reader_id_to_day_key UNIQUE (reader_id, to_day);
alter table report_readers add constraint report_readers_code_hash_key UNIQUE (code_hash);
alter table report_readers add constraint report_readers_report_id_email_key UNIQUE (report_id, email);
alter table reports add constraint reports_workspace_id_id_key UNIQUE (workspace_id, id);
alter table review_links add constraint review_links_token_hash_key UNIQUE (token_hash);
alter table sessions add constraint sessions_token_unique UNIQUE (token_hash);
alter table slots add constraint slots_channel_id_weekday_wall_time_key UNIQUE (channel_id, weekday, wall_time);
alter table targets add constraint targets_bound_once UNIQUE (channel_id, platform_post_id);
alter table targets add constraint targets_once_per_channel UNIQUE (post_id, channel_id);
alter table users add constraint users_email_unique UNIQUE (email);
alter table webhook_tries add constraint webhook_tries_message_id_number_key UNIQUE (message_id, number);
alter table workspaces add constraint workspaces_slug_unique UNIQUE (slug);

CREATE INDEX account_snapshots_term on account_snapshots USING btree ((taken_at AT TIME ZONE 'UTC'::text));
CREATE INDEX annotations_author on annotations USING btree (created_by) WHERE (created_by IS NOT NULL);
CREATE INDEX annotations_channel on annotations USING btree (channel_id) WHERE (channel_id IS NOT NULL);
CREATE INDEX annotations_term on annotations USING btree (((day)::timestamp without time zone));
CREATE INDEX annotations_workspace on annotations USING btree (workspace_id, day);
CREATE UNIQUE INDEX api_keys_client on api_keys USING btree (client_id, workspace_id, user_id) WHERE (client_id IS NOT NULL);
CREATE INDEX api_keys_person on api_keys USING btree (user_id);
CREATE INDEX api_keys_workspace on api_keys USING btree (workspace_id, user_id);
CREATE INDEX api_requests_term on api_requests USING btree ((made_at AT TIME ZONE 'UTC'::text));
CREATE INDEX api_requests_workspace on api_requests USING btree (workspace_id);
CREATE INDEX app_tokens_key on app_tokens USING btree (key_id);
CREATE INDEX app_tokens_term on app_tokens USING btree ((expires_at AT TIME ZONE 'UTC'::text));
CREATE INDEX app_tokens_workspace on app_tokens USING btree (workspace_id);
CREATE INDEX attempts_term on attempts USING btree ((claimed_at AT TIME ZONE 'UTC'::text));
CREATE INDEX channel_days_followers on channel_days USING btree (channel_id, day) WHERE (followers IS NOT NULL);
CREATE INDEX channel_days_late on channel_days USING btree (workspace_id, day) WHERE ((grown_since IS NOT NULL) OR (other_grown_since IS NOT NULL));
CREATE INDEX channel_days_term on channel_days USING btree (((day)::timestamp without time zone));
CREATE INDEX channel_days_workspace on channel_days USING btree (workspace_id, day);
CREATE INDEX channel_months_workspace on channel_months USING btree (workspace_id, month);
CREATE INDEX channels_grant on channels USING btree (grant_id);
CREATE INDEX client_reviewers_link on client_reviewers USING btree (link_id);
CREATE INDEX client_reviewers_workspace on client_reviewers USING btree (workspace_id);
CREATE INDEX comment_attempts_term on comment_attempts USING btree ((claimed_at AT TIME ZONE 'UTC'::text));
CREATE INDEX comment_attempts_workspace on comment_attempts USING btree (workspace_id);
CREATE INDEX deletion_mails_request on deletion_mails USING btree (request_id);
CREATE INDEX deletion_mails_user on deletion_mails USING btree (user_id);
CREATE UNIQUE INDEX deletion_requests_open on deletion_requests USING btree (user_id) WHERE ((finished_at IS NULL) AND (user_id IS NOT NULL));
CREATE INDEX discussion_comments_answers on discussion_comments USING btree (answers) WHERE (answers IS NOT NULL);
CREATE INDEX discussion_comments_media on discussion_comments USING btree (media_id) WHERE (media_id IS NOT NULL);
CREATE INDEX discussion_comments_open on discussion_comments USING btree (post_id) WHERE ((answers IS NULL) AND (resolved_at IS NULL));
CREATE INDEX discussion_comments_person on discussion_comments USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX discussion_comments_post on discussion_comments USING btree (post_id, id);
CREATE INDEX discussion_comments_resolver on discussion_comments USING btree (resolved_by) WHERE (resolved_by IS NOT NULL);
CREATE INDEX discussion_comments_workspace on discussion_comments USING btree (workspace_id);
CREATE INDEX discussion_mentions_person on discussion_mentions USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX discussion_mentions_workspace on discussion_mentions USING btree (workspace_id);
CREATE INDEX elsewhere_posts_channel on elsewhere_posts USING btree (channel_id, published_at);
CREATE INDEX elsewhere_posts_due on elsewhere_posts USING btree (channel_id, next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX elsewhere_posts_term on elsewhere_posts USING btree ((published_at AT TIME ZONE 'UTC'::text));
CREATE INDEX elsewhere_posts_unread on elsewhere_posts USING btree (workspace_id, channel_id) WHERE ((taken_at IS NULL) AND (next_at IS NOT NULL));
CREATE INDEX elsewhere_posts_views on elsewhere_posts USING btree (workspace_id, views DESC NULLS LAST, published_at DESC);
CREATE INDEX elsewhere_posts_workspace on elsewhere_posts USING btree (workspace_id, published_at);
CREATE INDEX erased_ids_kind on erased_ids USING btree (kind);
CREATE INDEX erased_ids_term on erased_ids USING btree ((erased_at AT TIME ZONE 'UTC'::text));
CREATE INDEX events_list on events USING btree (workspace_id, id DESC);
CREATE INDEX events_person on events USING btree (workspace_id, user_id, id DESC);
CREATE INDEX events_subject on events USING btree (subject_id, at);
CREATE INDEX events_term on events USING btree ((at AT TIME ZONE 'UTC'::text));
CREATE INDEX exports_user on exports USING btree (user_id, asked_at);
CREATE INDEX feeds_user on feeds USING btree (user_id);
CREATE INDEX form_keys_term on form_keys USING btree ((used_at AT TIME ZONE 'UTC'::text));
CREATE INDEX format_days_late on format_days USING btree (workspace_id, day) WHERE ((grown_since IS NOT NULL) OR (other_grown_since IS NOT NULL));
CREATE INDEX format_days_term on format_days USING btree (((day)::timestamp without time zone));
CREATE INDEX format_days_workspace on format_days USING btree (workspace_id, kind, day);
CREATE INDEX import_rows_workspace on import_rows USING btree (workspace_id);
CREATE INDEX imports_open on imports USING btree (state_at) WHERE (state = 'importing'::text);
CREATE INDEX imports_person on imports USING btree (user_id);
CREATE INDEX imports_term on imports USING btree ((created_at AT TIME ZONE 'UTC'::text));
CREATE INDEX imports_workspace on imports USING btree (workspace_id, id DESC);
CREATE INDEX invitations_workspace on invitations USING btree (workspace_id, created_at);
CREATE INDEX mail_links_user on mail_links USING btree (user_id);
CREATE INDEX measured_targets_aged on measured_targets USING btree ((published_at AT TIME ZONE 'UTC'::text)) WHERE ((views_at_day IS NOT NULL) OR (views_at_week IS NOT NULL));
CREATE INDEX measured_targets_channel on measured_targets USING btree (channel_id, published_at);
CREATE INDEX measured_targets_due on measured_targets USING btree (channel_id, next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX measured_targets_term on measured_targets USING btree ((taken_at AT TIME ZONE 'UTC'::text));
CREATE INDEX measured_targets_views on measured_targets USING btree (workspace_id, views DESC NULLS LAST, published_at DESC);
CREATE INDEX measured_targets_workspace on measured_targets USING btree (workspace_id, published_at);
CREATE INDEX media_converting on media USING btree (id) WHERE ((conversion = 'waiting'::text) AND (purged_at IS NULL));
CREATE INDEX media_list on media USING btree (workspace_id, id DESC);
CREATE INDEX media_term on media USING btree ((uploaded_at AT TIME ZONE 'UTC'::text)) WHERE (purged_at IS NULL);
CREATE INDEX media_to_remove on media USING btree (purged_at) WHERE ((purged_at IS NOT NULL) AND (files_removed_at IS NULL));
CREATE INDEX media_labels_label on media_labels USING btree (label_id, media_id);
CREATE INDEX media_labels_workspace on media_labels USING btree (workspace_id);
CREATE UNIQUE INDEX media_links_attempt on media_links USING btree (target_id, attempt_number, media_id);
CREATE INDEX media_links_media on media_links USING btree (media_id);
CREATE INDEX media_links_rendition on media_links USING btree (rendition_id) WHERE (rendition_id IS NOT NULL);
CREATE INDEX memberships_user on memberships USING btree (user_id);
CREATE INDEX notices_asked on notices USING btree (grant_id, created_at) WHERE (kind = 'asked'::text);
CREATE INDEX notices_comment on notices USING btree (comment_id) WHERE (comment_id IS NOT NULL);
CREATE INDEX notices_list on notices USING btree (user_id, workspace_id, id DESC);
CREATE INDEX notices_post on notices USING btree (post_id) WHERE (post_id IS NOT NULL);
CREATE INDEX notices_term on notices USING btree ((created_at AT TIME ZONE 'UTC'::text));
CREATE INDEX notices_unseen on notices USING btree (user_id, workspace_id) WHERE (seen_at IS NULL);
CREATE INDEX oauth_clients_term on oauth_clients USING btree ((expires_at AT TIME ZONE 'UTC'::text));
CREATE INDEX oauth_codes_client on oauth_codes USING btree (client_id);
CREATE INDEX oauth_codes_key on oauth_codes USING btree (key_id);
CREATE INDEX oauth_codes_person on oauth_codes USING btree (user_id);
CREATE INDEX oauth_codes_term on oauth_codes USING btree ((expires_at AT TIME ZONE 'UTC'::text));
CREATE INDEX oauth_codes_workspace on oauth_codes USING btree (workspace_id, user_id);
CREATE INDEX outbox_due on outbox USING btree (next_try_at, id);
CREATE INDEX outbox_ref on outbox USING btree (ref_id);
CREATE INDEX passkeys_user on passkeys USING btree (user_id);
CREATE INDEX policy_letters_open on policy_letters USING btree (version) WHERE (mailed_at IS NULL);
CREATE INDEX post_labels_label on post_labels USING btree (label_id, post_id);
CREATE INDEX post_labels_workspace on post_labels USING btree (workspace_id);
CREATE INDEX post_media_media on post_media USING btree (media_id);
CREATE INDEX post_versions_author on post_versions USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX post_versions_post on post_versions USING btree (post_id, saved_at DESC);
CREATE INDEX post_versions_term on post_versions USING btree ((saved_at AT TIME ZONE 'UTC'::text));
CREATE INDEX post_versions_workspace on post_versions USING btree (workspace_id);
CREATE INDEX posts_dated_drafts on posts USING btree (workspace_id, due_at) WHERE (state = 'draft'::text);
CREATE INDEX posts_discarded on posts USING btree ((updated_at AT TIME ZONE 'UTC'::text)) WHERE (state = 'discarded'::text);
CREATE INDEX posts_drafts on posts USING btree (workspace_id, updated_at DESC) WHERE (state = 'draft'::text);
CREATE INDEX posts_editor on posts USING btree (edited_by) WHERE (edited_by IS NOT NULL);
CREATE INDEX posts_import on posts USING btree (import_id) WHERE (import_id IS NOT NULL);
CREATE INDEX posts_listed on posts USING btree (workspace_id, id DESC) WHERE (state <> 'discarded'::text);
CREATE UNIQUE INDEX posts_once on posts USING btree (series_id, occurrence_on) WHERE (series_id IS NOT NULL);
CREATE INDEX posts_words on posts USING gin (words_of_post(text, variants));
CREATE INDEX posts_workspace on posts USING btree (workspace_id, due_at);
CREATE INDEX renditions_waiting on renditions USING btree (media_id) WHERE (state = 'waiting'::text);
CREATE INDEX renditions_workspace on renditions USING btree (workspace_id);
CREATE INDEX report_links_user on report_links USING btree (user_id);
CREATE INDEX report_mails_created on report_mails USING btree ((created_at AT TIME ZONE 'UTC'::text));
CREATE INDEX report_mails_report on report_mails USING btree (report_id);
CREATE INDEX report_mails_workspace on report_mails USING btree (workspace_id);
CREATE INDEX report_readers_email on report_readers USING btree (email);
CREATE INDEX report_readers_workspace on report_readers USING btree (workspace_id, report_id);
CREATE INDEX report_schedules_user on report_schedules USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX report_schedules_workspace on report_schedules USING btree (workspace_id, report_id);
CREATE INDEX reports_author on reports USING btree (created_by) WHERE (created_by IS NOT NULL);
CREATE INDEX review_decisions_client on review_decisions USING btree (reviewer_id) WHERE (reviewer_id IS NOT NULL);
CREATE INDEX review_decisions_person on review_decisions USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX review_decisions_post on review_decisions USING btree (post_id, decided_at DESC);
CREATE INDEX review_decisions_workspace on review_decisions USING btree (workspace_id);
CREATE INDEX review_link_posts_post on review_link_posts USING btree (post_id);
CREATE INDEX review_link_posts_workspace on review_link_posts USING btree (workspace_id);
CREATE INDEX review_links_maker on review_links USING btree (user_id);
CREATE INDEX review_links_workspace on review_links USING btree (workspace_id, id DESC);
CREATE INDEX reviewers_person on reviewers USING btree (user_id);
CREATE INDEX reviews_asker on reviews USING btree (asked_by) WHERE (asked_by IS NOT NULL);
CREATE INDEX reviews_waiting on reviews USING btree (post_id) WHERE (state = 'waiting'::text);
CREATE INDEX reviews_workspace on reviews USING btree (workspace_id, state);
CREATE INDEX revocations_channel on revocations USING btree (channel_id, asked_at DESC);
CREATE INDEX revocations_pending on revocations USING btree (gives_up_at) WHERE (state = 'pending'::text);
CREATE INDEX revocations_person on revocations USING btree (issuer, issuer_user_id) WHERE (state = 'pending'::text);
CREATE INDEX revocations_request on revocations USING btree (request_id);
CREATE INDEX revocations_workspace on revocations USING btree (workspace_id, asked_at DESC);
CREATE INDEX series_person on series USING btree (created_by);
CREATE INDEX series_running on series USING btree (made_on) WHERE (ended_at IS NULL);
CREATE INDEX series_workspace on series USING btree (workspace_id);
CREATE INDEX series_media_file on series_media USING btree (media_id);
CREATE INDEX series_media_workspace on series_media USING btree (workspace_id);
CREATE INDEX sessions_user on sessions USING btree (user_id);
CREATE INDEX slots_workspace on slots USING btree (workspace_id);
CREATE UNIQUE INDEX snapshots_elsewhere on snapshots USING btree (elsewhere_id, taken_at) WHERE (elsewhere_id IS NOT NULL);
CREATE UNIQUE INDEX snapshots_target on snapshots USING btree (target_id, taken_at) WHERE (target_id IS NOT NULL);
CREATE INDEX snapshots_term on snapshots USING btree ((taken_at AT TIME ZONE 'UTC'::text));
CREATE INDEX sweeps_rule on sweeps USING btree (rule, at DESC);
CREATE INDEX targets_channel on targets USING btree (channel_id, due_at);
CREATE INDEX targets_comment_open on targets USING btree (state_at) WHERE comment_open;
CREATE INDEX targets_comment_to_settle on targets USING btree (workspace_id, state_at) WHERE (comment_state = ANY (ARRAY['failed'::text, 'unconfirmed'::text]));
CREATE INDEX targets_deletion_asked_by on targets USING btree (deletion_asked_by) WHERE (deletion_asked_by IS NOT NULL);
CREATE INDEX targets_deletion_open on targets USING btree (deletion_asked_at) WHERE (deletion_state = ANY (ARRAY['asked'::text, 'sending'::text]));
CREATE INDEX targets_deletion_to_settle on targets USING btree (workspace_id, deletion_ended_at) WHERE ((deletion_state = ANY (ARRAY['failed'::text, 'unconfirmed'::text])) AND (deletion_dismissed_at IS NULL));
CREATE INDEX targets_open on targets USING btree (due_at) WHERE (state = ANY (ARRAY['scheduled'::text, 'preparing'::text, 'ready'::text, 'sending'::text, 'processing'::text]));
CREATE INDEX targets_queued on targets USING btree (channel_id, due_at) WHERE (queued AND (state = ANY (ARRAY['scheduled'::text, 'preparing'::text, 'ready'::text])));
CREATE INDEX targets_sealed on targets USING btree ((state_at AT TIME ZONE 'UTC'::text)) WHERE has_secret_handles;
CREATE INDEX targets_to_settle on targets USING btree (workspace_id, state_at DESC) WHERE ((state = ANY (ARRAY['failed'::text, 'unconfirmed'::text, 'missed'::text])) AND (finished_at IS NULL));
CREATE INDEX targets_unfinished on targets USING btree (state_at) WHERE ((state = ANY (ARRAY['sending'::text, 'processing'::text])) OR ((state = 'published'::text) AND (finished_at IS NULL)));
CREATE INDEX targets_waiting on targets USING btree (channel_id, due_at) WHERE (state = ANY (ARRAY['scheduled'::text, 'preparing'::text, 'ready'::text]));
CREATE INDEX targets_without_id on targets USING btree (channel_id, published_at) WHERE ((state = 'published'::text) AND (platform_post_id IS NULL));
CREATE INDEX targets_workspace on targets USING btree (workspace_id, state);
CREATE INDEX turns_channel on turns USING btree (channel_id, name, at);
CREATE INDEX unmeasured_targets_shard on unmeasured_targets USING btree (shard);
CREATE INDEX unsaved_edits_person on unsaved_edits USING btree (user_id);
CREATE INDEX unsaved_edits_term on unsaved_edits USING btree ((saved_at AT TIME ZONE 'UTC'::text));
CREATE INDEX unsaved_edits_workspace on unsaved_edits USING btree (workspace_id);
CREATE INDEX webhook_endpoints_person on webhook_endpoints USING btree (user_id);
CREATE INDEX webhook_endpoints_workspace on webhook_endpoints USING btree (workspace_id, user_id);
CREATE INDEX webhook_messages_account on webhook_messages USING btree (channel_id) WHERE (channel_id IS NOT NULL);
CREATE INDEX webhook_messages_endpoint on webhook_messages USING btree (endpoint_id, id DESC);
CREATE INDEX webhook_messages_post on webhook_messages USING btree (post_id) WHERE (post_id IS NOT NULL);
CREATE INDEX webhook_messages_target on webhook_messages USING btree (target_id) WHERE (target_id IS NOT NULL);
CREATE INDEX webhook_messages_term on webhook_messages USING btree ((at AT TIME ZONE 'UTC'::text));
CREATE INDEX webhook_messages_waiting on webhook_messages USING btree (endpoint_id, next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX webhook_messages_workspace on webhook_messages USING btree (workspace_id);
CREATE INDEX webhook_tries_workspace on webhook_tries USING btree (workspace_id);

alter table account_snapshots add constraint account_snapshots_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table account_snapshots add constraint account_snapshots_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table annotations add constraint annotations_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table annotations add constraint annotations_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table annotations add constraint annotations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table api_keys add constraint api_keys_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_clients(id) ON DELETE CASCADE;
alter table api_keys add constraint api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table api_keys add constraint api_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table api_keys add constraint api_keys_workspace_id_user_id_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES memberships(workspace_id, user_id) ON DELETE CASCADE;
alter table api_requests add constraint api_requests_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_keys(id) ON DELETE CASCADE;
alter table api_requests add constraint api_requests_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table app_tokens add constraint app_tokens_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_keys(id) ON DELETE CASCADE;
alter table app_tokens add constraint app_tokens_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table attempts add constraint attempts_target_id_fkey FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table attempts add constraint attempts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table authenticator_apps add constraint authenticator_apps_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table avatars add constraint avatars_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table avatars add constraint avatars_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table captions add constraint captions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table channel_days add constraint channel_days_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table channel_days add constraint channel_days_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table channel_months add constraint channel_months_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table channel_months add constraint channel_months_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table channels add constraint channels_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants(id) ON DELETE SET NULL;
alter table channels add constraint channels_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table client_reviewers add constraint client_reviewers_link_id_fkey FOREIGN KEY (link_id) REFERENCES review_links(id) ON DELETE CASCADE;
alter table client_reviewers add constraint client_reviewers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table comment_attempts add constraint comment_attempts_target_id_fkey FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table comment_attempts add constraint comment_attempts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table connections_under_way add constraint connections_under_way_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id) ON DELETE CASCADE;
alter table connections_under_way add constraint connections_under_way_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table connections_under_way add constraint connections_under_way_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table deletion_items add constraint deletion_items_request_id_fkey FOREIGN KEY (request_id) REFERENCES deletion_requests(id) ON DELETE CASCADE;
alter table deletion_mails add constraint deletion_mails_request_id_fkey FOREIGN KEY (request_id) REFERENCES deletion_requests(id) ON DELETE CASCADE;
alter table deletion_mails add constraint deletion_mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table deletion_requests add constraint deletion_requests_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;
alter table deletion_steps add constraint deletion_steps_request_id_fkey FOREIGN KEY (request_id) REFERENCES deletion_requests(id) ON DELETE CASCADE;
alter table discussion_comments add constraint discussion_comments_answers_fkey FOREIGN KEY (answers) REFERENCES discussion_comments(id) ON DELETE CASCADE;
alter table discussion_comments add constraint discussion_comments_media_id_fkey FOREIGN KEY (media_id) REFERENCES media(id) ON DELETE SET NULL;
alter table discussion_comments add constraint discussion_comments_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table discussion_comments add constraint discussion_comments_resolved_by_fkey FOREIGN KEY (resolved_by) REFERENCES users(id) ON DELETE SET NULL;
alter table discussion_comments add constraint discussion_comments_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;
alter table discussion_comments add constraint discussion_comments_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table discussion_mentions add constraint discussion_mentions_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES discussion_comments(id) ON DELETE CASCADE;
alter table discussion_mentions add constraint discussion_mentions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;
alter table discussion_mentions add constraint discussion_mentions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table elsewhere_posts add constraint elsewhere_posts_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table elsewhere_posts add constraint elsewhere_posts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table events add constraint events_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;
alter table events add constraint events_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table exports add constraint exports_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table feeds add constraint feeds_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table feeds add constraint feeds_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table feeds add constraint feeds_workspace_id_user_id_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES memberships(workspace_id, user_id) ON DELETE CASCADE;
alter table form_keys add constraint form_keys_made_workspace_id_fkey FOREIGN KEY (made_workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table form_keys add constraint form_keys_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table format_days add constraint format_days_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table format_days add constraint format_days_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table grants add constraint grants_connected_by_fkey FOREIGN KEY (connected_by) REFERENCES users(id) ON DELETE SET NULL;
alter table grants add constraint grants_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table import_rows add constraint import_rows_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE;
alter table import_rows add constraint import_rows_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table imports add constraint imports_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table imports add constraint imports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table invitations add constraint invitations_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES users(id) ON DELETE SET NULL;
alter table invitations add constraint invitations_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table invitations add constraint invitations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table labels add constraint labels_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table mail_links add constraint mail_links_export_fk FOREIGN KEY (export_id) REFERENCES exports(id) ON DELETE CASCADE;
alter table mail_links add constraint mail_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table measured_channels add constraint measured_channels_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table measured_channels add constraint measured_channels_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table measured_targets add constraint measured_targets_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table measured_targets add constraint measured_targets_target_id_fkey FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table measured_targets add constraint measured_targets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table media add constraint media_alt_text_by_fkey FOREIGN KEY (alt_text_by) REFERENCES users(id) ON DELETE SET NULL;
alter table media add constraint media_uploaded_by_fkey FOREIGN KEY (uploaded_by) REFERENCES users(id) ON DELETE SET NULL;
alter table media add constraint media_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table media_labels add constraint media_labels_label_id_fkey FOREIGN KEY (label_id) REFERENCES labels(id) ON DELETE CASCADE;
alter table media_labels add constraint media_labels_media_id_fkey FOREIGN KEY (media_id) REFERENCES media(id) ON DELETE CASCADE;
alter table media_labels add constraint media_labels_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table media_links add constraint media_links_media_id_fkey FOREIGN KEY (media_id) REFERENCES media(id) ON DELETE CASCADE;
alter table media_links add constraint media_links_rendition_id_fkey FOREIGN KEY (rendition_id) REFERENCES renditions(id) ON DELETE SET NULL;
alter table media_links add constraint media_links_target_fk FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table media_links add constraint media_links_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table memberships add constraint memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table memberships add constraint memberships_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table notices add constraint notices_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table notices add constraint notices_comment_id_fkey FOREIGN KEY (comment_id) REFERENCES discussion_comments(id) ON DELETE CASCADE;
alter table notices add constraint notices_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants(id) ON DELETE CASCADE;
alter table notices add constraint notices_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table notices add constraint notices_target_id_fkey FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table notices add constraint notices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table notices add constraint notices_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table number_versions add constraint number_versions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table oauth_codes add constraint oauth_codes_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_clients(id) ON DELETE CASCADE;
alter table oauth_codes add constraint oauth_codes_key_id_fkey FOREIGN KEY (key_id) REFERENCES api_keys(id) ON DELETE CASCADE;
alter table oauth_codes add constraint oauth_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table oauth_codes add constraint oauth_codes_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table oauth_codes add constraint oauth_codes_workspace_id_user_id_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES memberships(workspace_id, user_id) ON DELETE CASCADE;
alter table passkeys add constraint passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table password_resets add constraint password_resets_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table policy_letters add constraint policy_letters_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table policy_letters add constraint policy_letters_version_fkey FOREIGN KEY (version) REFERENCES policy_versions(version) ON DELETE CASCADE;
alter table post_labels add constraint post_labels_label_id_fkey FOREIGN KEY (label_id) REFERENCES labels(id) ON DELETE CASCADE;
alter table post_labels add constraint post_labels_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table post_labels add constraint post_labels_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table post_media add constraint post_media_media_id_fkey FOREIGN KEY (media_id) REFERENCES media(id);
alter table post_media add constraint post_media_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table post_media add constraint post_media_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table post_versions add constraint post_versions_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table post_versions add constraint post_versions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;
alter table post_versions add constraint post_versions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table posts add constraint posts_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table posts add constraint posts_edited_by_fkey FOREIGN KEY (edited_by) REFERENCES users(id) ON DELETE SET NULL;
alter table posts add constraint posts_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE SET NULL;
alter table posts add constraint posts_series_id_fkey FOREIGN KEY (series_id) REFERENCES series(id) ON DELETE SET NULL;
alter table posts add constraint posts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table recovery_codes add constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table renditions add constraint renditions_media_id_fkey FOREIGN KEY (media_id) REFERENCES media(id) ON DELETE CASCADE;
alter table renditions add constraint renditions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table report_links add constraint report_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table report_links add constraint report_links_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table report_links add constraint report_links_workspace_id_report_id_fkey FOREIGN KEY (workspace_id, report_id) REFERENCES reports(workspace_id, id) ON DELETE CASCADE;
alter table report_links add constraint report_links_workspace_id_user_id_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES memberships(workspace_id, user_id) ON DELETE CASCADE;
alter table report_mails add constraint report_mails_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES report_readers(id) ON DELETE CASCADE;
alter table report_mails add constraint report_mails_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table report_mails add constraint report_mails_workspace_id_report_id_fkey FOREIGN KEY (workspace_id, report_id) REFERENCES reports(workspace_id, id) ON DELETE CASCADE;
alter table report_readers add constraint report_readers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table report_readers add constraint report_readers_workspace_id_report_id_fkey FOREIGN KEY (workspace_id, report_id) REFERENCES reports(workspace_id, id) ON DELETE CASCADE;
alter table report_schedules add constraint report_schedules_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table report_schedules add constraint report_schedules_workspace_id_report_id_fkey FOREIGN KEY (workspace_id, report_id) REFERENCES reports(workspace_id, id) ON DELETE CASCADE;
alter table report_schedules add constraint report_schedules_workspace_id_user_id_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES memberships(workspace_id, user_id) ON DELETE SET NULL (user_id);
alter table reports add constraint reports_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table reports add constraint reports_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table review_decisions add constraint review_decisions_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table review_decisions add constraint review_decisions_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES client_reviewers(id) ON DELETE SET NULL;
alter table review_decisions add constraint review_decisions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL;
alter table review_decisions add constraint review_decisions_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table review_link_posts add constraint review_link_posts_link_id_fkey FOREIGN KEY (link_id) REFERENCES review_links(id) ON DELETE CASCADE;
alter table review_link_posts add constraint review_link_posts_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table review_link_posts add constraint review_link_posts_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table review_links add constraint review_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table review_links add constraint review_links_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table reviewers add constraint reviewers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table reviewers add constraint reviewers_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table reviews add constraint reviews_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES users(id) ON DELETE SET NULL;
alter table reviews add constraint reviews_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table reviews add constraint reviews_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table revocations add constraint revocations_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES users(id) ON DELETE SET NULL;
alter table revocations add constraint revocations_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE SET NULL;
alter table revocations add constraint revocations_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants(id) ON DELETE SET NULL;
alter table revocations add constraint revocations_request_id_fkey FOREIGN KEY (request_id) REFERENCES deletion_requests(id) ON DELETE CASCADE;
alter table revocations add constraint revocations_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE SET NULL;
alter table series add constraint series_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table series add constraint series_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table series_media add constraint series_media_media_id_fkey FOREIGN KEY (media_id) REFERENCES media(id);
alter table series_media add constraint series_media_series_id_fkey FOREIGN KEY (series_id) REFERENCES series(id) ON DELETE CASCADE;
alter table series_media add constraint series_media_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table sessions add constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table slots add constraint slots_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table slots add constraint slots_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table snapshots add constraint snapshots_elsewhere_id_fkey FOREIGN KEY (elsewhere_id) REFERENCES elsewhere_posts(id) ON DELETE CASCADE;
alter table snapshots add constraint snapshots_target_id_fkey FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table targets add constraint targets_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table targets add constraint targets_deletion_asked_by_fkey FOREIGN KEY (deletion_asked_by) REFERENCES users(id) ON DELETE SET NULL;
alter table targets add constraint targets_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table targets add constraint targets_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table turns add constraint turns_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table unmeasured_targets add constraint unmeasured_targets_target_id_fkey FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table unsaved_edits add constraint unsaved_edits_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table unsaved_edits add constraint unsaved_edits_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table unsaved_edits add constraint unsaved_edits_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table webhook_endpoints add constraint webhook_endpoints_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE;
alter table webhook_endpoints add constraint webhook_endpoints_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table webhook_endpoints add constraint webhook_endpoints_workspace_id_user_id_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES memberships(workspace_id, user_id) ON DELETE CASCADE;
alter table webhook_messages add constraint webhook_messages_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES channels(id) ON DELETE CASCADE;
alter table webhook_messages add constraint webhook_messages_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE;
alter table webhook_messages add constraint webhook_messages_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts(id) ON DELETE CASCADE;
alter table webhook_messages add constraint webhook_messages_target_id_fkey FOREIGN KEY (target_id) REFERENCES targets(id) ON DELETE CASCADE;
alter table webhook_messages add constraint webhook_messages_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table webhook_tries add constraint webhook_tries_message_id_fkey FOREIGN KEY (message_id) REFERENCES webhook_messages(id) ON DELETE CASCADE;
alter table webhook_tries add constraint webhook_tries_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table workspace_days add constraint workspace_days_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE;
alter table workspaces add constraint workspaces_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL;
alter table workspaces add constraint workspaces_erased_by_fkey FOREIGN KEY (erased_by) REFERENCES deletion_requests(id) ON DELETE SET NULL;
alter table workspaces add constraint workspaces_paused_by_fkey FOREIGN KEY (paused_by) REFERENCES users(id) ON DELETE SET NULL;

CREATE TRIGGER account_snapshots_number_added AFTER INSERT ON account_snapshots REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER account_snapshots_number_changed AFTER UPDATE ON account_snapshots REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER account_snapshots_number_gone AFTER DELETE ON account_snapshots REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER annotations_number_added AFTER INSERT ON annotations REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER annotations_number_changed AFTER UPDATE ON annotations REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER annotations_number_gone AFTER DELETE ON annotations REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER channel_days_added AFTER INSERT ON channel_days REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION add_up_days();
CREATE TRIGGER channel_days_changed AFTER UPDATE ON channel_days REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION add_up_days();
CREATE TRIGGER channel_days_gone AFTER DELETE ON channel_days REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION add_up_days();
CREATE TRIGGER channel_days_number_added AFTER INSERT ON channel_days REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER channel_days_number_changed AFTER UPDATE ON channel_days REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER channel_days_number_gone AFTER DELETE ON channel_days REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER channels_attention_again BEFORE UPDATE OF state ON channels FOR EACH ROW WHEN (((old.state <> new.state) AND (new.attention_dismissed_at IS NOT NULL))) EXECUTE FUNCTION show_attention_again();
CREATE TRIGGER channels_forget_avatar AFTER UPDATE OF state ON channels FOR EACH ROW WHEN ((new.state = 'disconnected'::text)) EXECUTE FUNCTION forget_avatar();
CREATE TRIGGER channels_number_added AFTER INSERT ON channels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER channels_number_changed AFTER UPDATE ON channels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER channels_number_gone AFTER DELETE ON channels REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER channels_remember_erased AFTER DELETE ON channels FOR EACH ROW EXECUTE FUNCTION remember_erased('channel');
CREATE TRIGGER channels_tell_webhooks AFTER UPDATE OF state ON channels FOR EACH ROW WHEN (((old.state = 'connected'::text) AND (new.state = 'reconnect'::text))) EXECUTE FUNCTION tell_webhooks_of_account();
CREATE TRIGGER discussion_comments_tell AFTER INSERT OR DELETE OR UPDATE OF text, resolved_at ON discussion_comments FOR EACH ROW EXECUTE FUNCTION tell_discussion();
CREATE TRIGGER elsewhere_posts_number_added AFTER INSERT ON elsewhere_posts REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER elsewhere_posts_number_changed AFTER UPDATE ON elsewhere_posts REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER elsewhere_posts_number_gone AFTER DELETE ON elsewhere_posts REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER format_days_number_added AFTER INSERT ON format_days REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER format_days_number_changed AFTER UPDATE ON format_days REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER format_days_number_gone AFTER DELETE ON format_days REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER grants_attention_again AFTER UPDATE OF state ON grants FOR EACH ROW WHEN ((old.state <> new.state)) EXECUTE FUNCTION show_attention_of_grant_again();
CREATE TRIGGER grants_forget_person BEFORE UPDATE OF state ON grants FOR EACH ROW WHEN ((new.state = 'ended'::text)) EXECUTE FUNCTION forget_person();
CREATE TRIGGER grants_remember_erased AFTER DELETE ON grants FOR EACH ROW EXECUTE FUNCTION remember_erased('grant');
CREATE TRIGGER grants_tell_webhooks AFTER UPDATE OF state ON grants FOR EACH ROW WHEN (((old.state = 'active'::text) AND (new.state = 'reauthorize'::text))) EXECUTE FUNCTION tell_webhooks_of_grant();
CREATE TRIGGER imports_tell AFTER UPDATE OF state, prepared ON imports FOR EACH ROW WHEN (((old.state IS DISTINCT FROM new.state) OR (old.prepared IS DISTINCT FROM new.prepared))) EXECUTE FUNCTION tell_import();
CREATE TRIGGER labels_number_added AFTER INSERT ON labels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER labels_number_changed AFTER UPDATE ON labels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER labels_number_gone AFTER DELETE ON labels REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER measured_channels_number_added AFTER INSERT ON measured_channels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER measured_channels_number_changed AFTER UPDATE ON measured_channels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER measured_channels_number_gone AFTER DELETE ON measured_channels REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER measured_targets_number_added AFTER INSERT ON measured_targets REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER measured_targets_number_changed AFTER UPDATE ON measured_targets REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER measured_targets_number_gone AFTER DELETE ON measured_targets REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER media_number_changed AFTER UPDATE OF purged_at, thumbnail_key ON media FOR EACH ROW WHEN (((old.purged_at IS DISTINCT FROM new.purged_at) OR (old.thumbnail_key IS DISTINCT FROM new.thumbnail_key))) EXECUTE FUNCTION note_row_change();
CREATE TRIGGER media_number_gone AFTER DELETE ON media FOR EACH ROW EXECUTE FUNCTION note_row_change();
CREATE TRIGGER media_tell AFTER UPDATE OF conversion, conversion_share ON media FOR EACH ROW WHEN (((old.conversion IS DISTINCT FROM new.conversion) OR (old.conversion_share IS DISTINCT FROM new.conversion_share))) EXECUTE FUNCTION tell_media();
CREATE TRIGGER outbox_tell AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION tell_outbox();
CREATE TRIGGER post_labels_number_added AFTER INSERT ON post_labels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER post_labels_number_changed AFTER UPDATE ON post_labels REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER post_labels_number_gone AFTER DELETE ON post_labels REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION note_number_changes();
CREATE TRIGGER posts_version BEFORE UPDATE ON posts FOR EACH ROW WHEN (((old.state IS DISTINCT FROM new.state) OR (old.text IS DISTINCT FROM new.text) OR (old.link IS DISTINCT FROM new.link) OR (old.variants IS DISTINCT FROM new.variants) OR (old.choices IS DISTINCT FROM new.choices) OR (old.wall_time IS DISTINCT FROM new.wall_time) OR (old.zone IS DISTINCT FROM new.zone) OR (old.due_at IS DISTINCT FROM new.due_at))) EXECUTE FUNCTION raise_post_version();
CREATE TRIGGER report_schedules_tell AFTER UPDATE OF user_id, hour ON report_schedules FOR EACH ROW WHEN (((old.user_id IS DISTINCT FROM new.user_id) OR (old.hour <> new.hour))) EXECUTE FUNCTION tell_report_schedule();
CREATE TRIGGER report_schedules_tell_first AFTER INSERT OR DELETE ON report_schedules FOR EACH ROW EXECUTE FUNCTION tell_report_schedule();
CREATE TRIGGER reports_tell_schedule AFTER UPDATE OF period, week_start ON reports FOR EACH ROW WHEN (((old.period <> new.period) OR (old.week_start <> new.week_start))) EXECUTE FUNCTION tell_schedule_of_report();
CREATE TRIGGER reviews_tell AFTER INSERT OR UPDATE OF state, stage ON reviews FOR EACH ROW EXECUTE FUNCTION tell_review();
CREATE TRIGGER reviews_tell_webhooks AFTER UPDATE OF state, stage, round ON reviews FOR EACH ROW WHEN (((new.state = ANY (ARRAY['waiting'::text, 'changes'::text, 'approved'::text, 'held'::text])) AND ((old.state <> new.state) OR (old.stage <> new.stage) OR (old.round <> new.round)))) EXECUTE FUNCTION tell_webhooks_of_review();
CREATE TRIGGER reviews_tell_webhooks_first AFTER INSERT ON reviews FOR EACH ROW WHEN ((new.state = ANY (ARRAY['waiting'::text, 'changes'::text, 'approved'::text, 'held'::text]))) EXECUTE FUNCTION tell_webhooks_of_review();
CREATE TRIGGER targets_number_added AFTER INSERT ON targets FOR EACH ROW WHEN ((new.state = 'published'::text)) EXECUTE FUNCTION note_row_change();
CREATE TRIGGER targets_number_changed AFTER UPDATE OF state, text, permalink, platform_post_id, published_at, post_id ON targets FOR EACH ROW WHEN ((((old.state = 'published'::text) OR (new.state = 'published'::text)) AND ((old.state IS DISTINCT FROM new.state) OR (old.text IS DISTINCT FROM new.text) OR (old.permalink IS DISTINCT FROM new.permalink) OR (old.platform_post_id IS DISTINCT FROM new.platform_post_id) OR (old.published_at IS DISTINCT FROM new.published_at) OR (old.post_id IS DISTINCT FROM new.post_id)))) EXECUTE FUNCTION note_row_change();
CREATE TRIGGER targets_number_gone AFTER DELETE ON targets FOR EACH ROW WHEN ((old.state = 'published'::text)) EXECUTE FUNCTION note_row_change();
CREATE TRIGGER targets_published_later AFTER UPDATE OF state, platform_post_id ON targets FOR EACH ROW WHEN (((new.state = 'published'::text) AND (new.platform_post_id IS NOT NULL) AND ((old.state <> 'published'::text) OR (old.platform_post_id IS NULL)))) EXECUTE FUNCTION list_unmeasured_target();
CREATE TRIGGER targets_published_now AFTER INSERT ON targets FOR EACH ROW WHEN (((new.state = 'published'::text) AND (new.platform_post_id IS NOT NULL))) EXECUTE FUNCTION list_unmeasured_target();
CREATE TRIGGER targets_tell AFTER INSERT OR UPDATE ON targets FOR EACH ROW EXECUTE FUNCTION tell_target();
CREATE TRIGGER targets_tell_webhooks AFTER UPDATE OF state ON targets FOR EACH ROW WHEN (((old.state IS DISTINCT FROM new.state) AND (new.state = ANY (ARRAY['published'::text, 'failed'::text, 'unconfirmed'::text, 'missed'::text])))) EXECUTE FUNCTION tell_webhooks_of_target();
CREATE TRIGGER targets_version AFTER UPDATE ON targets FOR EACH ROW WHEN (((old.revision <> new.revision) OR (old.due_at <> new.due_at) OR ((old.state = 'canceled'::text) <> (new.state = 'canceled'::text)) OR ((old.finished_at IS NULL) AND (new.finished_at IS NOT NULL) AND (new.state = ANY (ARRAY['failed'::text, 'missed'::text, 'unconfirmed'::text]))))) EXECUTE FUNCTION raise_version_of_post();
CREATE TRIGGER users_number_changed AFTER UPDATE OF name ON users FOR EACH ROW WHEN ((old.name IS DISTINCT FROM new.name)) EXECUTE FUNCTION note_author_change();
CREATE TRIGGER users_remember_erased AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION remember_erased('user');
CREATE TRIGGER workspaces_number_changed AFTER UPDATE OF zone, earlier_zones ON workspaces FOR EACH ROW WHEN (((old.zone IS DISTINCT FROM new.zone) OR (old.earlier_zones IS DISTINCT FROM new.earlier_zones))) EXECUTE FUNCTION note_zone_change();
CREATE TRIGGER workspaces_remember_erased AFTER DELETE ON workspaces FOR EACH ROW EXECUTE FUNCTION remember_erased('workspace');
CREATE TRIGGER workspaces_tell_schedules AFTER UPDATE OF zone ON workspaces FOR EACH ROW WHEN ((old.zone <> new.zone)) EXECUTE FUNCTION tell_schedules_of_workspace();

comment on table account_snapshots is 'promise: D1, D2, R3: followers of an account at a moment, and what the platform says of the whole account for its last full day';
comment on column account_snapshots.day is 'the platform''s own day that views and reach are of; Meta''s days are those of California';
comment on table annotations is 'notes of members on days of the insights; at most 500 in a workspace';
comment on column annotations.channel_id is 'the account that the note is about; null: the whole workspace';
comment on column annotations.day is 'in the time zone that the workspace had when the note was written';
comment on column annotations.text is 'one line, as typed';
comment on column annotations.created_by is 'null: the author deleted their account; only admins can change the note then';
comment on table api_keys is 'what gives programs access: keys for the API, and apps that a person connected; each belongs to one workspace and ends with the membership of that person';
comment on column api_keys.user_id is 'who made it; what is done with the key is done in this name';
comment on column api_keys.name is 'chosen by its maker; for an app, what it calls itself';
comment on column api_keys.secret_hash is 'SHA-256 of the key, which is shown once and not stored; null for an app';
comment on column api_keys.hint is 'the last characters of the key, to tell keys apart';
comment on column api_keys.scopes is 'what it may do; manage ends when its maker is no admin any more, and for an app also schedule and publish';
comment on column api_keys.used_on is 'UTC';
comment on column api_keys.window_at is 'when the hour began whose requests are counted';
comment on column api_keys.window_requests is 'requests since then, refused ones included';
comment on column api_keys.client_id is 'the connected app, which has tokens in app_tokens instead of a secret';
comment on table api_requests is 'writes of API keys, so that a repeated one gets the same answer and does nothing twice; written in the transaction of the effect';
comment on column api_requests.name_hash is 'SHA-256 of the Idempotency-Key that the program chose';
comment on column api_requests.content_hash is 'SHA-256 of the method, the address and the body, to refuse another request under the same name';
comment on column api_requests.status is 'HTTP; null only inside the transaction';
comment on column api_requests.answer is 'ids, versions, states and times only: no text of a post';
comment on table app_tokens is 'tokens of connected apps';
comment on column app_tokens.token_hash is 'SHA-256 of the token';
comment on column app_tokens.used_at is 'when a refresh token was exchanged; if it is sent again, someone has a copy, and the connection ends';
comment on table attempts is 'one send to a platform: written before the call, its outcome after';
comment on column attempts.fingerprint is 'SHA-256 over channel, kind, text, link, settings and media of what was sent';
comment on column attempts.outcome is 'claimed: no word yet. unknown: sent, no clear answer. found, absent: what reconciling proved';
comment on column attempts.looks is 'how often reconciling has looked';
comment on column attempts.proof is 'what showed the outcome, in words';
comment on table authenticator_apps is 'promise: A3: the secret shared with a person''s authenticator app (TOTP, RFC 6238), if they chose to use one';
comment on column authenticator_apps.secret_sealed is 'sealed by the vault';
comment on column authenticator_apps.last_step is '30-second step of the last code that was accepted: a code works once';
comment on table avatars is 'promise: D1, D2: the profile picture of a connected account, copied once a day; our pages load it from us, never from the platform';
comment on column avatars.sha256 is 'of the picture: tells browsers whether theirs is still the newest';
comment on table callback_calls is 'When each callback address was last called with a valid signature, to the minute: shown to operators, who see whether the addresses are registered at the platforms.';
comment on column callback_calls.path is 'After /callbacks/<issuer>; empty where the issuer has one address only.';
comment on table captions is 'captions and groups of hashtags that the members of a workspace saved to insert into posts; at most 300 in a workspace';
comment on column captions.kind is 'caption, or hashtags for a group of hashtags';
comment on column captions.name_key is 'the name in lower case, written by the server: no two have names that differ only by case';
comment on column captions.text is 'what is inserted; a post keeps its own copy';
comment on table channel_days is 'promise: R3: what the posts of an account gained on a day: the difference of neighbouring snapshots, on the day they were seen, in the workspace''s zone';
comment on column channel_days.followers is 'as last told on that day, not a gain';
comment on column channel_days.grown_since is 'posts were read late, so this day holds their growth since the reading on that earlier day; null: everything was read when it was due';
comment on column channel_days.other_views is 'growth of posts that were not made here, like the other columns with this prefix; views and its neighbors are growth of posts made here';
comment on column channel_days.other_grown_since is 'grown_since for posts that were not made here';
comment on column channel_days.more is 'growth of the platforms'' own numbers by declared name, with their units; only numbers that can be added up; a missing name was not given that day';
comment on column channel_days.other_more is 'more, for posts that were not made here';
comment on table channel_months is 'promise: R3: channel_days of one month added up; goes with them';
comment on column channel_months.month is 'its first day';
comment on table channels is 'promise: D1, D2: what one publishes to: a Page, an Instagram professional account, a TikTok creator';
comment on column channels.grant_id is 'null: what the platform gave us of this account was deleted; the row stays for posts that went there';
comment on column channels.account_id is 'the platform''s own id of the account';
comment on column channels.token_sealed is 'promise: S1: the account''s own token where it has one (Page token), sealed';
comment on column channels.settings is 'what publishing needs beside the id, e.g. the Page behind an Instagram account';
comment on column channels.account_facts is 'promise: D2: what the platform said of the account when a post was last composed, e.g. TikTok''s creator_info';
comment on column channels.state_reason is 'why it waits for a person, in words';
comment on column channels.looked_at is 'when a waiting post last asked whether this lost account is back; many posts may wait, and each would ask';
comment on column channels.attention_dismissed_at is 'when a member dismissed that this account needs to be reconnected; null again once its state changes';
comment on table client_reviewers is 'clients who review posts by a link, known by this link only; deleted with it';
comment on column client_reviewers.name is 'as the client typed it';
comment on column client_reviewers.cookie_hash is 'SHA-256 of the code in the cookie of the client''s browser';
comment on table comment_attempts is 'one call that writes a first comment: written before the call, its outcome after';
comment on column comment_attempts.fingerprint is 'SHA-256 over the account, the post''s id at the platform and the text of the comment';
comment on column comment_attempts.outcome is 'claimed: no word yet. unknown: sent, no clear answer. found, absent: what reconciling proved';
comment on column comment_attempts.looks is 'how often reconciling has looked';
comment on column comment_attempts.proof is 'what showed the outcome, in words';
comment on table connections_under_way is 'a person on the way through a platform''s consent page and the choice of accounts; gone when it is done or after its hour';
comment on column connections_under_way.state_hash is 'SHA-256 of the OAuth state, which binds the answer to this session';
comment on column connections_under_way.verifier_sealed is 'PKCE verifier, sealed; null once the platform''s answer came, which is taken once';
comment on column connections_under_way.offer_sealed is 'tokens and accounts between the consent and the choice, sealed';
comment on column connections_under_way.issuer_user_id is 'who consented, so that nobody revokes the authorization between the consent and the choice';
comment on table deletion_items is 'promise: E3: what a deletion request deleted and what was kept, counted in the transactions that did it; no personal data';
comment on table deletion_mails is 'promise: E3: emails about a deletion that are still to be sent; a row is deleted when its email has been sent';
comment on column deletion_mails.kind is 'started, finished: to the person who is deleted; workspace: to a member of a workspace that is deleted with its only admin';
comment on column deletion_mails.user_id is 'the member who is told; null: the person who is deleted, whose address is in the content';
comment on column deletion_mails.content_sealed is 'sealed by the vault: name and address of the reader, the code, the name of the workspace; nothing but the sending reads it';
comment on column deletion_mails.mailing_until is 'somebody is sending it until then';
comment on table deletion_requests is 'promise: E3, E4, E5: a wish to be erased; when it is done, nothing in it says whose it was';
comment on column deletion_requests.code_hash is 'SHA-256 of the code; who has the code can follow it at /data-deletion/<code>';
comment on column deletion_requests.origin is 'restore: a backup brought back a person who had been deleted since';
comment on column deletion_requests.issuer_user_id is 'whose data the platform asked us to delete; gone when it is done';
comment on column deletion_requests.code_sealed is 'sealed by the vault: the code of a person''s request, so that a second tab is shown the same page; null once it is done';
comment on table deletion_steps is 'what the public page of a deletion request shows: steps, counts and times, no personal data';
comment on table discussion_comments is 'what members say to each other about a post: a thread beside it, never sent to a platform';
comment on column discussion_comments.answers is 'the comment that it replies to, which has no such itself; null: it starts a thread';
comment on column discussion_comments.user_id is 'null: the person deleted their account';
comment on column discussion_comments.media_id is 'the file of the post that it is about; null: the whole post';
comment on column discussion_comments.text is 'as typed, with U+FFFC in place of each mention; empty: deleted, but others have replied';
comment on column discussion_comments.resolved_at is 'of the thread that it starts';
comment on table discussion_mentions is 'members that a comment names, so that a renamed person is shown by the new name';
comment on column discussion_mentions.nth is 'which U+FFFC of the text it is, from 0';
comment on column discussion_mentions.user_id is 'null: the person deleted their account';
comment on table elsewhere_posts is 'promise: U3: the account''s own posts that were not made here, when each is measured next, and the newest number of each kind';
comment on column elsewhere_posts.other_ids is 'further ids of the same post, by which it is told from posts that were made here';
comment on column elsewhere_posts.text is 'the beginning of the caption';
comment on column elsewhere_posts.next_at is 'when its numbers are read next, at the ages at which posts from here are';
comment on column elsewhere_posts.changed_at is 'taken_at of the newest row in snapshots; readings since then gave the same numbers';
comment on column elsewhere_posts.ended_metrics is 'numbers that the platform gave once, but not the last time: the value is the last known one';
comment on column elsewhere_posts.views_at_day is 'views as read 23 to 30 hours after it was published; null: not read then';
comment on column elsewhere_posts.views_at_week is 'views as read 6.75 to 7.5 days after it was published; null: not read then';
comment on column elsewhere_posts.predates is 'published before the account''s posts were listed for the first time: what it had at its first reading is the growth of no day';
comment on column elsewhere_posts.more is 'the newest known further numbers, by name as in snapshots; those in ended_metrics were not given the last time';
comment on table erased_ids is 'promise: E3: salted hashes of ids that were deleted, so that a restored backup cannot bring them back; no id can be read from it';
comment on table events is 'audit lines noun.verb, written in the transaction of the change they tell of';
comment on column events.facts is 'states, times and counts; no caption, name, email or token';
comment on table exports is 'promise: E1: a file with everything that is held about a person; it goes after a week, or when it was fetched';
comment on table feeds is 'secret links for calendar programs and feed readers; at most one of each kind for each member of a workspace';
comment on column feeds.kind is 'calendar: all posts of the workspace; own-calendar: those that the person made; published: what was published, as RSS';
comment on column feeds.code_hash is 'SHA-256 of the code in the link, which is shown once';
comment on column feeds.last_read_on is 'the day in UTC when a program last read it';
comment on table form_keys is 'one form makes one thing, however often it is sent: what the form with this key has made';
comment on column form_keys.key is 'random, made with the form';
comment on column form_keys.purpose is 'what the form makes; the list of purposes is in db/posts/form-keys.ts';
comment on column form_keys.digest is 'SHA-256 of what was sent: sent again unchanged, nothing is done again';
comment on column form_keys.subject_id is 'what was made; null while it is being made';
comment on column form_keys.version is 'of the post after the form was carried out: Back and another save go on from there';
comment on column form_keys.event_id is 'the audit line that the page after it tells of';
comment on column form_keys.made_workspace_id is 'the workspace that this form made: the mark is gone with it';
comment on table format_days is 'promise: R3: channel_days by the format of the posts';
comment on column format_days.grown_since is 'as in channel_days, of posts of this format';
comment on column format_days.other_grown_since is 'grown_since for posts that were not made here';
comment on column format_days.more is 'as in channel_days, of posts of this format';
comment on column format_days.other_more is 'more, for posts that were not made here';
comment on column grants.issuer is 'meta or tiktok: whoever issued the authorization';
comment on column grants.issuer_user_id is 'promise: D1, D2: app-scoped user id or open id';
comment on column grants.access_token_sealed is 'promise: S1: AES-256-GCM, bound to this row and column';
comment on column grants.refresh_token_sealed is 'promise: S1';
comment on column grants.state is 'reauthorize: only the person at the platform can bring it back';
comment on column grants.state_reason is 'code of the cause, e.g. 190/460';
comment on column grants.renewing_by is 'whoever renews the tokens now: the old refresh token may be dead with its first use, so one at a time';
comment on column grants.renewing_until is 'end of that lease; without renewing_by: renewing failed, not again before';
comment on column grants.next_renewal_at is 'not renewed ahead before this: the last try failed for the moment; null: by the lifetime of the token';
comment on column grants.renewal_failures is 'renewals that failed in a row';
comment on column grants.next_check_at is 'when the issuer is asked again what the grant is good for; null: now';
comment on column grants.checked_at is 'when the issuer said last that the grant is good';
comment on column grants.warned_of is 'the end of the grant that admins were warned of';
comment on column grants.warned_days is 'how many days ahead they were warned last: 14, 7, 1';
comment on column grants.dismissed_end is 'the end of the grant that a member dismissed; another end is shown again';
comment on table import_rows is 'the posts of an import until they are made';
comment on column import_rows."position" is 'the number of the row in the file';
comment on column import_rows.post_id is 'the id that the post will have';
comment on column import_rows.post is 'text, link, accounts, time, labels and files, as the check has read them';
comment on column import_rows.targets is 'what each account gets; null until the workflow has judged the row again';
comment on table imports is 'imports of posts from a file; the file itself is not stored';
comment on column imports.user_id is 'who uploaded the file, and then who had its posts made, in whose name they are';
comment on column imports.state is 'checked: nothing is made yet; refused: something changed after the check, and nothing was made';
comment on column imports.rows is 'rows of the file that are posts';
comment on column imports.prepared is 'rows that the workflow has judged again; they become posts together at the end';
comment on column imports.faulty is 'rows that cannot be imported; only an import without any can start';
comment on column imports.faults is 'what is wrong, by row and column, as shown to the person; not all if there are many';
comment on column imports.twice is 'the person confirmed that the same content may go out again within a day';
comment on table installation is 'what holds for the whole installation; one row';
comment on column installation.paused_at is 'since then nothing is sent anywhere; set and ended by operators';
comment on column installation.operators_require_second_factor is 'operators run the installation only in a session that proved a second factor';
comment on table invitations is 'promise: A1: the only way to an account';
comment on column invitations.code_hash is 'SHA-256 of the code; the code itself is shown once and kept nowhere';
comment on column invitations.workspace_id is 'null: the one-time link of the first start, which makes the operator';
comment on table labels is 'labels that the members of a workspace give its posts; at most 200 in a workspace';
comment on column labels.name_key is 'the name in lower case (written by the server, because a database whose locale is C knows A to Z only): no two labels differ only by case';
comment on column labels.color is 'the name of a color, drawn as a dot beside the name';
comment on table limits is 'what a platform does not take for a time; written when it says so, looked at before every call';
comment on column limits.subject is 'whom it holds: channel:<id>, grant:<id> (all accounts of one consent), issuer:<name> (the whole installation there)';
comment on column limits.holds is 'which calls: reading (numbers), asking (what became of a post), preparing, sending';
comment on table mail_links is 'links that are mailed, used once, and expire';
comment on column mail_links.purpose is 'promise: A6: sign-in: lets a person type their password although there were too many attempts; the others as in db/mail-links.ts';
comment on column mail_links.new_email is 'promise: E2: email: the address to change to; email-back: the former one, which is told and can take the change back';
comment on column mail_links.token_hash is 'SHA-256 of the token, which is made when the mail is written; null before';
comment on table measured_channels is 'when the account''s own numbers are asked next, and why measuring rests';
comment on column measured_channels.next_at is 'when the followers are asked next';
comment on column measured_channels.rest_until is 'of the part that rests longest: pages read it';
comment on column measured_channels.not_given is 'numbers that the platform does not give for this account, while it gives others of the same posts';
comment on column measured_channels.unread_told_at is 'when admins were last told that readings of this account are overdue; once for each time that readings stop';
comment on column measured_channels.rests is 'by part (followers, days, posts): what went wrong last, since when, and until when this part rests';
comment on column measured_channels.days_at is 'when the numbers of one of the account''s days are asked next; null where the platform has none';
comment on column measured_channels.list_at is 'when the account''s own posts are listed next; while a list is unfinished, when its last page was read';
comment on column measured_channels.listed_at is 'when they were last listed to the end';
comment on column measured_channels.first_listed_at is 'when the account''s own posts were listed for the first time';
comment on column measured_channels.list_from is 'of an unfinished list: the time back to which it goes';
comment on column measured_channels.list_began_at is 'of an unfinished list: when it began; null while none is unfinished';
comment on column measured_channels.list_next is 'of an unfinished list: the platform''s cursor of its next page';
comment on table measured_targets is 'when a published post is measured next, and the newest number of each kind, so that no page has to search the snapshots';
comment on column measured_targets.ended_metrics is 'numbers that the platform gave once and did not give the last time: what stands is the last known';
comment on column measured_targets.absent_at is 'when the platform first did not show the post any more';
comment on column measured_targets.changed_at is 'taken_at of the newest row in snapshots; readings since then gave the same numbers';
comment on column measured_targets.views_at_day is 'views as read 23 to 30 hours after it went out; null: not read then';
comment on column measured_targets.views_at_week is 'views as read 6.75 to 7.5 days after it went out; null: not read then';
comment on column measured_targets.more is 'the newest known further numbers, by name as in snapshots; those in ended_metrics were not given the last time';
comment on column measured_targets.kind is 'the format of its target, which does not change once it is published';
comment on table media is 'promise: D3: files as they are sent: images re-encoded without EXIF, videos without what the camera wrote beside their samples';
comment on column media.file_name is 'as the person called it, for the list; never part of an address';
comment on column media.store_key is 'name in the media store, random; while it is converted there is nothing yet under it, and the facts are those that it will have';
comment on column media.purged_at is 'promise: R4: the bytes are gone; the row stays for the history of its posts';
comment on column media.files_removed_at is 'promise: R4: after purged_at, when the bytes had left the store';
comment on column media.original_key is 'name in the media store, random, of the file as it came, from which others are made; only members of the workspace can download it';
comment on column media.conversion is 'waiting: the file that is sent is still to be made; failed: it cannot be made; null: it is there';
comment on column media.conversion_share is 'how much of it is made, from 0 to 1';
comment on column media.conversion_problem is 'why it cannot be made, a sentence for people';
comment on column media.encoding is 'how the video is encoded: kilobits a second, pixel format, interlaced or not, rate in Hz and channels of its sound; null: a picture, still being converted, or from before it was read';
comment on column media.medium_key is 'name in the media store, random, of a WebP about 1080 pixels wide for our own pages; null until it is made';
comment on column media.alt_text is 'what the file shows; a post starts with it and keeps a copy';
comment on column media.alt_text_by is 'who wrote the alt text last; null after that person is deleted';
comment on table media_labels is 'the labels of a file, at most 20';
comment on table media_links is 'promise: D4: public addresses /media/<name>; one for the workspace''s own pages, one for every attempt that a platform fetches from';
comment on column media_links.name is '128 random bits or more';
comment on column media_links.retired_at is 'from then on 410: an attempt that was given up can never come true';
comment on column media_links.first_fetched_at is 'when somebody first read it: proof whether a platform ever came for the file';
comment on column media_links.rendition_id is 'the file that is served, if it is not the one of the media row';
comment on column memberships.role is 'promise: A4';
comment on column memberships.steps_dismissed_at is 'when this person dismissed the first steps on Today; null: not dismissed';
comment on table metric_names is 'names of numbers that a platform refused; with refused_at: not asked again for a month, and shown as no longer provided';
comment on column metric_names.refused_at is 'when a second object refused it; null while there is only one';
comment on column metric_names.kind is 'of post, or account: the same name may live on for one kind and be gone for another';
comment on column metric_names.witness is 'part of a hash of the first object that refused the name, so that a second one can be told apart';
comment on table notices is 'promise: U4: what a person is told, once for each cause, on the page and by mail';
comment on column notices.cause is 'what happened, so that it is told once: kind, id and number of it';
comment on column notices.facts is 'times and counts for the words; no caption, name, email or token';
comment on column notices.by_mail is 'whether the person wanted this kind by mail when it happened';
comment on column notices.mailing_until is 'somebody is mailing it until then; afterwards it may be mailed by another';
comment on column notices.post_id is 'the post, for notices that are about all its accounts';
comment on column notices.comment_id is 'the comment beside a post that it is about';
comment on table number_versions is 'the sum of a workspace''s rows changes with everything that its Insights show; read before the numbers themselves';
comment on column number_versions.writer is 'the process id of the connection; rows of ended connections are added to another one';
comment on table oauth_clients is 'apps that registered themselves to be connected; says nothing about a person';
comment on column oauth_clients.name is 'what the app calls itself; nobody has checked it';
comment on column oauth_clients.redirect_uris is 'where a person may be sent back to: https, or this computer';
comment on column oauth_clients.expires_at is 'moves on while the app is connected and used';
comment on table oauth_codes is 'answers of people who allowed an app to connect, which the app exchanges for tokens once, within a minute';
comment on column oauth_codes.code_hash is 'SHA-256 of the code';
comment on column oauth_codes.challenge is 'PKCE: SHA-256 of what only the app knows';
comment on column oauth_codes.key_id is 'the connection that was made with it, which ends if the code is used again';
comment on table outbox is 'what must still be told to Temporal or by mail, written in the transaction that caused it; a row goes when it is told';
comment on column outbox.kind is 'which relay carries it: target, password-reset';
comment on column outbox.next_try_at is 'the server itself tells it in the first second; after that it is the relay''s';
comment on column outbox.request_id is 'the request that caused it, for the log and for operators; null when none did';
comment on table passkeys is 'promise: A3: passkeys that the person chose to add; fingerprint, face and PIN stay on their device';
comment on column passkeys.name is 'the person''s own name for it';
comment on column passkeys.credential_id is 'base64url, made by the device or password manager';
comment on column passkeys.counter is 'the last signature counter; 0 where the device does not count';
comment on column passkeys.transports is 'how the browser reaches it, as the browser says: internal, hybrid, usb …';
comment on column passkeys.backed_up is 'synced by the person''s password manager';
comment on column password_resets.token_hash is 'SHA-256 of the token, which is made when the mail is written; null before';
comment on table policy_letters is 'promise: L3: who is told by mail of a material change of the policy, each once';
comment on table policy_versions is 'promise: L1, L3: versions of the privacy policy; written from web/policy.ts at start';
comment on column policy_versions.announced_at is 'when every account holder had been mailed about it; null for those that change nothing material';
comment on table post_labels is 'the labels of a post, at most 20';
comment on column post_media.edits is 'crop in fractions of the rotated picture, rotation in degrees, trim in milliseconds: {"crop": {…}, "rotate": 90, "trim": {…}}; null if the file is used as it is';
comment on table post_versions is 'saved states of a post, the last 20: to look at, and to restore';
comment on column post_versions.user_id is 'who saved it; null: the state before the first edit that was recorded';
comment on column post_versions.version is 'of the post with this state; 0: an edit from another tab that was never part of the post';
comment on column post_versions.form is 'the fields of the composer as typed, also what a post can''t hold, such as a time that doesn''t exist';
comment on column post_versions.began_at is 'what one person types within five minutes is one state';
comment on table posts is 'promise: D3: what was composed; what became of it is in targets';
comment on column posts.state is 'discarded: a draft that a person deleted; Undo brings it back until the sweep deletes it';
comment on column posts.variants is 'text for one platform where it differs: {"instagram": "…"}';
comment on column posts.choices is 'chosen accounts with kind and settings: {"<channel id>": {"kind": "reel", "settings": {…}}}';
comment on column posts.wall_time is 'local time as typed, 2026-11-26T10:00, in zone';
comment on column posts.zone is 'zone it was scheduled in';
comment on column posts.version is 'rises with every change of the post or of a decision about one of its targets; a form made from an older version is refused';
comment on column posts.slot_choice is 'of a draft without a time: when it is scheduled, it takes the next free slot (slot) or the one after all queued posts (queue)';
comment on column posts.series_id is 'the series that it is an occurrence of';
comment on column posts.occurrence_on is 'the date of the series for which it was made, which stays when it is moved alone. One post for each';
comment on column posts.is_apart is 'an occurrence that was edited or moved alone: changes to the following posts leave it as it is';
comment on column posts.repeats is 'of a draft: how it repeats once it is scheduled, as chosen in the form';
comment on column posts.edited_by is 'who saved its content last; null: the author, or someone who deleted their account';
comment on column posts.import_id is 'the import that made it, as long as that can be undone';
comment on column posts.note is 'internal note: only members of the workspace see it; never sent to a platform, and in no answer of the API';
comment on table reading_calls is 'calls that read numbers, by minute, of the last hour: measuring leaves the rest of the limit to publishing';
comment on table recovery_codes is 'promise: A3: ten codes that each replace the second factor once';
comment on column recovery_codes.code_hash is 'Argon2id of the code, which is shown once';
comment on column recovery_codes.salt is 'one for the codes of a person that were made together, so that checking a code takes one hash';
comment on table renditions is 'promise: D3: files that were made from an upload because a platform takes it only smaller or in another shape, or because a post crops or trims it';
comment on column renditions.recipe is 'what the platform takes, as media/recipes.ts writes it';
comment on column renditions.edits is 'what a person changed in a post, as text; empty: nothing';
comment on column renditions.share is 'how much of it is made, from 0 to 1';
comment on column renditions.problem is 'why it cannot be made, a sentence for people';
comment on column renditions.store_key is 'name in the media store, random; while the file is made there may be nothing under it';
comment on table report_links is 'secret links under which clients read a report without an account; at most one for each report';
comment on column report_links.code_hash is 'SHA-256 of the code in the link, which is shown once';
comment on column report_links.last_read_on is 'the day in UTC when the report was last opened with it';
comment on table report_mails is 'one email with a report, to one reader about one period';
comment on column report_mails.code_hash is 'SHA-256 of the code in the email, which shows the report of these days and ends the emails';
comment on column report_mails.expires_at is 'until when the link shows the report; it ends the emails as long as the row exists';
comment on column report_mails.mailing_until is 'a worker is sending it until then';
comment on table report_readers is 'addresses that get a report by email, once they have confirmed it; at most 20 for each report';
comment on column report_readers.code_hash is 'SHA-256 of the code in the email that asks for confirmation; null: that email has not been sent yet';
comment on column report_readers.asked_at is 'an address that is not confirmed seven days after that is deleted';
comment on column report_readers.refused_at is 'when its mail server last refused an email for good; null: never, or the newest one was accepted';
comment on table report_schedules is 'reports that are sent by email; the period of the report says how often';
comment on column report_schedules.user_id is 'who turned the emails on; null: that person left or closed the account, so nothing is sent';
comment on column report_schedules.hour is 'when they go out, on the day after the period, by the clock of the workspace';
comment on column report_schedules.handled_to is 'the last day of the newest period that has been sent, or had ended when the emails were turned on';
comment on table reports is 'reports for clients, which show chosen sections of Insights; at most 100 in a workspace';
comment on column reports.created_by is 'null: that person deleted their account';
comment on column reports.note is 'as typed; shown to the client before the numbers';
comment on column reports.period is 'week: the last whole week; month: the last whole month; own: from_day to to_day';
comment on column reports.from_day is 'with to_day, a span of days in the time zone of the workspace; both inclusive';
comment on column reports.channel_ids is 'only these accounts; null: all. An account that is gone leaves nothing of it in the report';
comment on column reports.label_id is 'only posts with this label are listed; without a foreign key, so that a deleted label never adds posts';
comment on column reports.color is 'of the cover, the bars and the marks, such as 0f5c5a; readable on white';
comment on column reports.logo is 'a PNG that we encoded';
comment on column reports.hours is 'with date_order and week_start: how dates are written, as the person who saved the report prefers';
comment on table review_decisions is 'what reviewers decided about a post, and what they want changed';
comment on column review_decisions.user_id is 'null: the person deleted their account';
comment on column review_decisions.words is 'what should change, as typed';
comment on column review_decisions.by_client is 'a client decided by a review link; then user_id is null';
comment on column review_decisions.reviewer_id is 'the client; null: a member, or the link has been deleted since';
comment on table review_link_posts is 'the posts of a link that was made for chosen ones';
comment on table review_links is 'secret links under which clients review posts without an account';
comment on column review_links.user_id is 'who made it; it works only while this person may approve posts';
comment on column review_links.name is 'what the client reads, such as December posts';
comment on column review_links.token_hash is 'SHA-256 of the code in the link, which is shown once';
comment on column review_links.passphrase_hash is 'Argon2id; null: the link alone is enough';
comment on column review_links.from_day is 'the link shows what is due on these days in the time zone of the workspace, looked up at each view; null: the posts of review_link_posts';
comment on column review_links.channel_ids is 'of a span: only posts for one of these accounts; empty: all accounts';
comment on column review_links.ended_at is 'a member revoked it, or the rights of its maker ended';
comment on column review_links.opens is 'how often its page was opened';
comment on column review_links.opened_at is 'when its page was last opened';
comment on table reviewers is 'members who approve posts; in a workspace without any, its admins do';
comment on table reviews is 'the review of a post that someone asked for, or that the workspace requires. While there is one, the post goes out only as it was approved';
comment on column reviews.state is 'changes: changes were requested; edited: a draft was edited after it was approved; held: its time came before the approval';
comment on column reviews.stage is 'who is asked now';
comment on column reviews.round is 'how often approval was asked for, each stage counted';
comment on column reviews.told_at is 'when the reviewers were told in this round';
comment on column reviews.steps is 'the reminders that were sent for steps_due_at';
comment on column reviews.steps_due_at is 'the time of the post that the reminders were for; after a move, they are sent again';
comment on column reviews.held_at is 'accounts that were due until then wait for a person, who publishes now or moves the post, even if it was approved since';
comment on column reviews.dismissed_at is 'a person dismissed the held post from what needs attention';
comment on column reviews.content is 'the post at the latest decision: what was approved, and what a later edit is compared with';
comment on table revocations is 'promise: R2: authorizations to revoke at their platform: after the last account was disconnected, or for a deletion request';
comment on column revocations.issuer_user_id is 'whose authorization it is, at the platform; null once it is over';
comment on column revocations.channel_id is 'the account that was disconnected; null when a deletion request asked';
comment on column revocations.request_id is 'the deletion request that waits for it; its page shows the outcome';
comment on column revocations.erases_history is 'the admin also wanted the account''s history deleted';
comment on column revocations.access_token_sealed is 'promise: S1: used only to revoke; null once it is over';
comment on column revocations.refresh_token_sealed is 'promise: S1: to get a token that can revoke when the other one has expired';
comment on column revocations.state is 'kept: another connection uses the same authorization. unusable: the platform no longer accepts our tokens. given_up: no answer within the term';
comment on column revocations.gives_up_at is 'then the tokens are deleted without the platform''s answer';
comment on column revocations.calling_until is 'the platform is being called now: nobody connects the same person meanwhile, and nobody else calls';
comment on table series is 'posts that repeat; what an occurrence is made from is kept while the series runs';
comment on column series.rule is 'when it repeats: every week or every n weeks on weekdays (1 is Monday), every month on a day, or on the first or last such weekday';
comment on column series.wall_time is 'what the clock shows in the zone. Where clocks skip it, the occurrence is as much later; where it happens twice, it is the first';
comment on column series.ends_on is 'the last day on which it may repeat; null: no end date';
comment on column series.occurrences is 'how many posts it has in all; null: no limit';
comment on column series.made_on is 'the newest date that was dealt with: its post was made, or left out because its time had passed';
comment on column series.made is 'how many posts were made';
comment on column series.ended_at is 'it was stopped or has reached its end: its text and files are gone from here';
comment on column series.choices is 'channel id → kind and settings, as in posts';
comment on table series_media is 'promise: R4: the files of a series that runs, which are kept as long as it does';
comment on table sessions is 'promise: A3: neither address nor browser of the person is kept';
comment on column sessions.token_hash is 'SHA-256 of 256 random bits that only the cookie holds';
comment on column sessions.confirmed_at is 'when the person last proved who they are; rights, keys, exports and deletion need it within ten minutes';
comment on column sessions.expires_at is 'idle end, moved ahead while used';
comment on column sessions.ends_at is 'absolute end, never moved';
comment on column sessions.second_factor_at is 'when the second factor was last proved in this session; null: never';
comment on column sessions.awaits_second_factor is 'the password was right, the second factor is missing: the session opens nothing but the page that asks for it';
comment on table slots is 'weekly posting times of an account; at most 60 for one account';
comment on column slots.weekday is 'ISO: 1 is Monday, 7 is Sunday';
comment on column slots.wall_time is 'what the clock shows in the zone that the workspace has now. Where clocks skip it, the slot is as much later; where it happens twice, the slot is the first';
comment on table snapshots is 'promise: D1, D2, R3, U3: lifetime numbers of a post as its platform told them at a moment; one partition a month, which retention drops whole';
comment on column snapshots.target_id is 'the post, if it was made here';
comment on column snapshots.views is 'null: the platform did not give it, which is not 0';
comment on column snapshots.source is 'the call and version that gave the numbers; which of its names stands for which column is in platforms/<platform>/measure.ts';
comment on column snapshots.last_seen_at is 'the last reading that still gave exactly these numbers, filled in when they change; null where the next reading differed, and in the newest row of a post (taken_at of measured_targets or elsewhere_posts says it)';
comment on column snapshots.elsewhere_id is 'the post, if it was not made here';
comment on column snapshots.more is 'further numbers by the name that the platform''s folder declares, with their units: whole, from 0 to 2^53 - 1; a name that is missing was not given, which is not 0';
comment on table sweeps is 'one run of one rule of db/retention.ts: the evidence that the public policy shows';
comment on column sweeps.oldest_left_at is 'when the term of the oldest row that is left began; null when none is left';
comment on table targets is 'one post on one channel, with a fate of its own';
comment on column targets.text is 'the text for this channel as it goes out, copied from the post when it is scheduled or edited';
comment on column targets.state is 'erased: it was sent, and later the platform''s data about it was deleted; published_at says whether it was published';
comment on column targets.waiting_for is 'what comes next, in words';
comment on column targets.not_before is 'no call before this: the platform asked us to wait, or was out of reach';
comment on column targets.revision is 'grows with every change of content or time; what was prepared for an older one is not sent';
comment on column targets.handles is 'what the platform gave while preparing (container id, video id, publish id); secrets among them are sealed';
comment on column targets.handles_revision is 'the revision the handles were made for';
comment on column targets.attempt_number is 'number of the last attempt that claimed, 0 before the first';
comment on column targets.problem is 'kind, code, subcode, words, traceId of the last refusal';
comment on column targets.confirmed_by is 'which check showed that it is out';
comment on column targets.finished_at is 'when the receipt was complete: nothing more is asked of the platform';
comment on column targets.comment_state is 'of the first comment: null, nothing was done for it yet; waiting: it is written, or tried again, as soon as it may be; sending: the call has left or may have left; left: a person dismissed it';
comment on column targets.comment_number is 'how many claims of the first comment there were';
comment on column targets.comment_not_before is 'the first comment is not tried again before this';
comment on column targets.comment_since is 'when a person asked for the first comment again; null: it is due since the post is published';
comment on column targets.comment_proof is 'what showed the outcome of the first comment, in words';
comment on column targets.comment_id is 'the platform''s id of the first comment';
comment on column targets.comment_open is 'the first comment is still to be written, or its outcome to be found out';
comment on column targets.inbox_until is 'the platform has delivered it as a draft; the creator can finish it there until then; null: not delivered as a draft';
comment on column targets.has_secret_handles is 'whether secrets are among the handles';
comment on column targets.queued is 'it took a free slot of its account and waits in its queue. A person who gives it another time takes it out of the queue';
comment on column targets.deletion_state is 'of deleting it at the platform: asked: a person wants it; sending: the call has left or may have left, and only a look decides; deleted: the platform no longer shows it; failed: it is still there; unconfirmed: nobody could look';
comment on column targets.deletion_number is 'how often a person asked for it; each time makes at most one call';
comment on column targets.deletion_not_before is 'the call is not made before this, because the platform takes none for now';
comment on column targets.deletion_answer is 'what the platform answered to the call, in words';
comment on column targets.deletion_problem is 'why it was not deleted';
comment on column targets.deletion_proof is 'what the last look showed, in words';
comment on column targets.deletion_looks is 'how often we looked whether it is gone';
comment on column targets.deletion_dismissed_at is 'when a member dismissed that it was not deleted at the platform; null again once someone asks again';
comment on table throttle is 'promise: A6';
comment on column throttle.key is 'purpose and HMAC of the email or address: no personal data in clear';
comment on table turns is 'calls that a platform counts by the minute, of each account; older ones are deleted with the next';
comment on table unmeasured_targets is 'promise: U3: published posts that the next run of measuring takes up; a row is there for some minutes';
comment on table unsaved_edits is 'a person''s edit of a post that isn''t part of it: the post is scheduled and Save wasn''t pressed, or somebody else changed it';
comment on column unsaved_edits.version is 'of the post that the edit was made from';
comment on column unsaved_edits.form is 'the fields of the composer as typed; only this person sees them';
comment on table users is 'promise: A3: name, work email, password hash, and nothing else about the person';
comment on column users.password_hash is 'promise: A5: Argon2id, never the password';
comment on column users.is_operator is 'runs the installation; set by the first link and by the command line only';
comment on column users.deactivated_at is 'promise: R1: the account is deleted 30 days later, and can be taken back until then';
comment on column users.notices_by_mail is 'promise: A3: a choice of the person: which kinds of notices also come by mail';
comment on column users.deactivated_by is 'person: they take it back by signing in; admin: only an admin can';
comment on column users.policy_version is 'promise: L3: the newest version of the policy that this person has been shown';
comment on column users.hours is 'a clock of 12 or 24 hours; chosen by the language of the browser when the person joined, or by the person';
comment on column users.date_order is 'mdy: Thu, Dec 17; dmy: Thu 17 Dec; ymd: 2026-12-17';
comment on column users.week_start is 'the first day of the week: 1 Monday, 6 Saturday, 7 Sunday';
comment on column users.has_shortcuts is 'whether single keys such as N do something';
comment on table webhook_endpoints is 'addresses to which events of a workspace are sent; one ends with the membership of the admin who added it';
comment on column webhook_endpoints.format is 'standard: signed JSON by Standard Webhooks; the others: a short message for that chat';
comment on column webhook_endpoints.url_sealed is 'sealed, because an address of a chat lets anyone who has it write there';
comment on column webhook_endpoints.secret_sealed is 'signs messages; shown once';
comment on column webhook_endpoints.old_secret_sealed is 'signs messages too until old_secret_until, after a rotation';
comment on column webhook_endpoints.failing_since is 'when the first of the tries failed that failed in a row; null: the last one worked';
comment on column webhook_endpoints.disabled_by is 'person: an admin; receiver: it answered 410; failures: nothing could be delivered for three days';
comment on table webhook_messages is 'an event for an endpoint, written in the transaction of the event; the workflow of the endpoint delivers it';
comment on column webhook_messages.id is 'webhook-id: the same for each try';
comment on column webhook_messages.post_id is 'the post, for events about all its accounts';
comment on column webhook_messages.state is 'of the target, review or account when it happened';
comment on column webhook_messages.next_at is 'when it is tried next; null: delivered, or given up';
comment on table webhook_tries is 'each try to deliver a message';
comment on column webhook_tries.status is 'HTTP; null: there was no answer';
comment on column webhook_tries.problem is 'why there was no answer, as a code';
comment on column webhook_tries.answer is 'the beginning of what the receiver answered';
comment on table workspace_days is 'promise: R3: channel_days of one day added up; goes with them';
comment on column workspace_days.more is 'as in channel_days, of all accounts';
comment on column workspace_days.other_more is 'more, for posts that were not made here';
comment on column workspaces.slug is 'the name in addresses: /w/<slug>';
comment on column workspaces.zone is 'IANA time zone in which people read and type times';
comment on column workspaces.missed_after is 'a post whose time passed longer ago than this, while nothing ran, is missed and not sent late';
comment on column workspaces.paused_at is 'since then nothing of the workspace is sent; what came due waits for a person';
comment on column workspaces.erased_by is 'promise: E3: goes with the person who was its only admin; decided once, when the erasure begins';
comment on column workspaces.requires_second_factor is 'members open the workspace only in a session that proved a second factor';
comment on column workspaces.set_up_at is 'when accounts were connected, a post was written and people were invited; null: Today still shows the first steps';
comment on column workspaces.earlier_zones is 'time zones that the workspace had before, each with the moment until when: days of insights are those of the zone at that time';
comment on column workspaces.review_of is 'which posts go out only once they are approved: none, those last edited by someone who isn''t an admin, or all';
comment on column workspaces.review_stages is 'who approves: the team, the client, or the team and then the client';
comment on column workspaces.link_tags is 'campaign tags (UTM) that the composer fills in: source, medium and campaign, as a member typed them last';
comment on function approved_content(uuid) is 'the content of a post and of each of its targets, to be kept with a decision';
comment on function content_of_post(uuid) is 'what people approve: words, link, accounts with their settings, and files. Not the time';
comment on function content_of_target(text,text,text,jsonb) is 'what one account gets, besides the files';
comment on function drop_snapshot_months(timestamp with time zone) is 'promise: R3: drops every month that lies before the moment as a whole';
comment on function ensure_snapshot_months(timestamp with time zone) is 'makes the partitions from the month before to three months after';
comment on function files_of_post(uuid) is 'the files of a post in their order, with what belongs to each';
comment on function forget_avatar() is 'whoever disconnects an account, its picture goes in the same transaction';
comment on function forget_person() is 'whatever ends an authorization, the name of the person and their permissions go in the same statement';
comment on function heal_days(text[]) is 'fills in growth by format and own numbers that a worker of an earlier version left out; returns the number of changed rows';
comment on function is_approved(uuid,uuid,timestamp with time zone,jsonb) is 'whether a target may go out exactly as it is: it was approved like this, or nobody has to approve it';
comment on function measure_shard(uuid) is 'which of the 16 schedules measures an account: the last bits of its id are random';
comment on function needs_review(uuid) is 'whether the workspace requires approval of a post';
comment on function remember_erased() is 'whatever deletes a person, a workspace, an authorization or an account, a restore deletes it again';
comment on function tell_discussion() is 'workspace and post: pages that show the post are rendered again';
comment on function tell_import() is 'workspace and import: the page that shows its progress is rendered again';
comment on function tell_media() is 'workspace and media: pages that show the file are rendered again';
comment on function tell_report_schedule() is 'the emails of a report were turned on, changed or ended';
comment on function tell_review() is 'workspace and post: pages that show the post are rendered again';
comment on function tell_schedule_of_report() is 'the periods of a report changed';
comment on function tell_schedules_of_workspace() is 'the time zone of a workspace changed';
comment on function tell_target() is 'workspace, post, target, when it is due and when it was due before; times in seconds since 1970';
comment on function tell_webhooks(uuid,text,text,uuid,uuid,uuid,interval) is 'writes a message for each endpoint that wants the event, and tells its workflow';
comment on function tell_webhooks_of_account() is 'one account needs to be reconnected';
comment on function tell_webhooks_of_grant() is 'the accounts of a connection need to be reconnected';
comment on function tell_webhooks_of_review() is 'approval was asked for or given, changes were requested, or the post is held';
comment on function tell_webhooks_of_target() is 'a post was published on an account, or was not';
comment on function words_of_post(text,jsonb) is 'the words in the texts of a post for all its platforms, the same in a database of every locale';
