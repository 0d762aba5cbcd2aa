-- Readings of posts that were not made here are kept like those of our own posts, in the same partitions.
alter table elsewhere_posts add column changed_at timestamptz;
alter table elsewhere_posts add column ended_metrics text[] not null default '{}';
alter table elsewhere_posts add column views_at_day bigint;
alter table elsewhere_posts add column views_at_week bigint;
alter table elsewhere_posts add column predates boolean not null default true;
comment on table elsewhere_posts is
  'promise: U3: the account''s own posts that were not made here, when each is measured next, and the newest number of each kind';
comment on column elsewhere_posts.changed_at is 'taken_at of the newest row in snapshots; readings since then gave the same numbers';
comment on column elsewhere_posts.ended_metrics is 'numbers that the platform gave once, but not the last time: the value is the last known one';
comment on column elsewhere_posts.views_at_day is 'views as read 23 to 30 hours after it was published; null: not read then';
comment on column elsewhere_posts.views_at_week is 'views as read 6.75 to 7.5 days after it was published; null: not read then';
comment on column elsewhere_posts.predates is
  'published before the account''s posts were listed for the first time: what it had at its first reading is the growth of no day';
create index elsewhere_posts_views on elsewhere_posts (workspace_id, views desc nulls last, published_at desc);
create index elsewhere_posts_channel on elsewhere_posts (channel_id, published_at);
create index elsewhere_posts_unread on elsewhere_posts (workspace_id, channel_id) where taken_at is null and next_at is not null;

alter table snapshots add column elsewhere_id uuid references elsewhere_posts on delete cascade;
alter table snapshots drop constraint snapshots_pkey;
alter table snapshots alter column target_id drop not null;
alter table snapshots add constraint snapshots_of_one_post check (num_nonnulls(target_id, elsewhere_id) = 1);
create unique index snapshots_target on snapshots (target_id, taken_at) where target_id is not null;
create unique index snapshots_elsewhere on snapshots (elsewhere_id, taken_at) where elsewhere_id is not null;
comment on column snapshots.target_id is 'the post, if it was made here';
comment on column snapshots.elsewhere_id is 'the post, if it was not made here';
comment on column snapshots.last_seen_at is
  'the last reading that still gave exactly these numbers, filled in when they change; null where the next reading differed, and in the newest row of a post (taken_at of measured_targets or elsewhere_posts says it)';

-- An account's own posts are listed over several runs, until the whole span is read.
alter table measured_channels add column first_listed_at timestamptz;
alter table measured_channels add column list_from timestamptz;
alter table measured_channels add column list_began_at timestamptz;
alter table measured_channels add column list_next text;
update measured_channels set first_listed_at = now() where listed_at is not null;
comment on column measured_channels.list_at is 'when the account''s own posts are listed next; while a list is unfinished, when its last page was read';
comment on column measured_channels.first_listed_at is 'when the account''s own posts were listed for the first time';
comment on column measured_channels.list_from is 'of an unfinished list: the time back to which it goes';
comment on column measured_channels.list_began_at is 'of an unfinished list: when it began; null while none is unfinished';
comment on column measured_channels.list_next is 'of an unfinished list: the platform''s cursor of its next page';

-- Growth of posts that were not made here, beside that of our own, so that a page can show both or only one.
alter table channel_days add column other_views bigint, add column other_reach bigint, add column other_likes int,
  add column other_comments int, add column other_shares int, add column other_saves int, add column other_grown_since date;
comment on column channel_days.other_views is 'growth of posts that were not made here, like the other columns with this prefix; views and its neighbors are growth of posts made here';
comment on column channel_days.other_grown_since is 'grown_since for posts that were not made here';
drop index channel_days_late;
create index channel_days_late on channel_days (workspace_id, day) where grown_since is not null or other_grown_since is not null;
alter table workspace_days add column other_views bigint, add column other_reach bigint, add column other_likes bigint,
  add column other_comments bigint, add column other_shares bigint, add column other_saves bigint;
alter table channel_months add column other_views bigint, add column other_reach bigint, add column other_likes bigint,
  add column other_comments bigint, add column other_shares bigint, add column other_saves bigint;

create or replace function add_up_days() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(727012, hashtext(workspace_id::text)) from (select distinct workspace_id from touched order by 1) w;
  delete from workspace_days s using (select distinct workspace_id, day from touched) t
    where s.workspace_id = t.workspace_id and s.day = t.day;
  insert into workspace_days (workspace_id, day, views, reach, likes, comments, shares, saves,
      other_views, other_reach, other_likes, other_comments, other_shares, other_saves, taken_at)
    select workspace_id, day, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves),
      sum(other_views), sum(other_reach), sum(other_likes), sum(other_comments), sum(other_shares), sum(other_saves), max(taken_at)
    from channel_days join (select distinct workspace_id, day from touched) t using (workspace_id, day) group by 1, 2;
  delete from channel_months s using (select distinct channel_id, date_trunc('month', day)::date as month from touched) t
    where s.channel_id = t.channel_id and s.month = t.month;
  insert into channel_months (workspace_id, channel_id, month, views, reach, likes, comments, shares, saves,
      other_views, other_reach, other_likes, other_comments, other_shares, other_saves)
    select workspace_id, d.channel_id, month, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves),
      sum(other_views), sum(other_reach), sum(other_likes), sum(other_comments), sum(other_shares), sum(other_saves)
    from (select distinct channel_id, date_trunc('month', day)::date as month from touched) t
      join channel_days d on d.channel_id = t.channel_id and day >= month and day < month + interval '1 month'
    group by 1, 2, 3;
  return null;
end $$;
