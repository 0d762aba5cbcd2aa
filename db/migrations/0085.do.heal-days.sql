-- A worker of an earlier version counts readings without formats or without the platforms' own
-- numbers. This fills in what its days lack, from the readings that are kept. Never takes away what
-- a day has: posts that were deleted since grew, too.
create function heal_days(names text[]) returns integer language plpgsql as $$
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
end $$;
comment on function heal_days is 'fills in growth by format and own numbers that a worker of an earlier version left out; returns the number of changed rows';
