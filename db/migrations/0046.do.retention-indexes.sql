-- An index for each rule of retention whose table grows: the nightly sweep finds what is due, and
-- the oldest row that is left, without reading the rest. They are on the time in UTC, which no page
-- asks for: an index on the column itself could be chosen for `order by at desc limit 100` of one
-- post, which then reads the log of the whole installation.
create index events_term on events ((at at time zone 'UTC'));
create index attempts_term on attempts ((claimed_at at time zone 'UTC'));
create index comment_attempts_term on comment_attempts ((claimed_at at time zone 'UTC'));
create index notices_term on notices ((created_at at time zone 'UTC'));
create index snapshots_term on snapshots ((taken_at at time zone 'UTC'));
create index account_snapshots_term on account_snapshots ((taken_at at time zone 'UTC'));
create index channel_days_term on channel_days ((day::timestamp));
create index measured_targets_term on measured_targets ((taken_at at time zone 'UTC'));
create index measured_targets_aged on measured_targets ((published_at at time zone 'UTC'))
  where views_at_day is not null or views_at_week is not null;
create index elsewhere_posts_term on elsewhere_posts ((published_at at time zone 'UTC'));
create index media_term on media ((uploaded_at at time zone 'UTC')) where purged_at is null;

drop index form_keys_used, posts_discarded, erased_ids_term;
create index form_keys_term on form_keys ((used_at at time zone 'UTC'));
create index posts_discarded on posts ((updated_at at time zone 'UTC')) where state = 'discarded';
create index erased_ids_term on erased_ids ((erased_at at time zone 'UTC'));

-- A column of its own, and not a condition on handles: a post whose other handles change then keeps
-- all of its index entries.
alter table targets add column has_secret_handles boolean not null generated always as (handles::text like '%"sealed%') stored;
comment on column targets.has_secret_handles is 'whether secrets are among the handles';
create index targets_sealed on targets ((state_at at time zone 'UTC')) where has_secret_handles;

-- The sums are looked up for each day and each month that changed: many days of many accounts,
-- deleted together, no longer read the whole table.
create or replace function add_up_days() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(727012, hashtext(workspace_id::text)) from (select distinct workspace_id from touched order by 1) w;
  delete from workspace_days s using (select distinct workspace_id, day from touched) t
    where s.workspace_id = t.workspace_id and s.day = t.day;
  insert into workspace_days (workspace_id, day, views, reach, likes, comments, shares, saves,
      other_views, other_reach, other_likes, other_comments, other_shares, other_saves, taken_at)
    select t.workspace_id, t.day, d.* from (select distinct workspace_id, day from touched) t
      cross join lateral (
        select sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves),
          sum(other_views), sum(other_reach), sum(other_likes), sum(other_comments), sum(other_shares), sum(other_saves), max(taken_at)
        from channel_days where workspace_id = t.workspace_id and day = t.day having count(*) > 0) d;
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
