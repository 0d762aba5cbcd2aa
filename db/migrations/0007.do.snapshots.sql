create table snapshots (
  workspace_id uuid not null,
  target_id uuid not null references targets on delete cascade,
  taken_at timestamptz not null,
  views bigint,
  reach bigint,
  likes int,
  comments int,
  shares int,
  saves int,
  source text not null
) partition by range (taken_at);
create index snapshots_target on snapshots (target_id, taken_at);
comment on table snapshots is 'promise: D1, D2, R3, U3: lifetime numbers of a post as its platform told them at a moment; one partition a month, which retention drops whole';
comment on column snapshots.views is 'null: the platform did not give it, which is not 0';
comment on column snapshots.source is 'the call and version that gave the numbers; which of its names stands for which column is in platforms/<platform>/measure.ts';

create function ensure_snapshot_months(around timestamptz) returns int language plpgsql as $$
declare
  month timestamp;
  made int := 0;
begin
  for month in select generate_series(date_trunc('month', around at time zone 'UTC') - interval '1 month',
      date_trunc('month', around at time zone 'UTC') + interval '3 months', interval '1 month') loop
    made := made + ensure_snapshot_month(month);
  end loop;
  return made;
end $$;
create function ensure_snapshot_month(month timestamp) returns int language plpgsql as $$
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
end $$;
create function drop_snapshot_months(cutoff timestamptz) returns int language plpgsql as $$
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
end $$;
comment on function ensure_snapshot_months is 'makes the partitions from the month before to three months after';
comment on function drop_snapshot_months is 'promise: R3: drops every month that lies before the moment as a whole';
select ensure_snapshot_months(now());

create table measured_targets (
  target_id uuid primary key references targets on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  published_at timestamptz not null,
  next_at timestamptz,
  taken_at timestamptz,
  views bigint,
  reach bigint,
  likes int,
  comments int,
  shares int,
  saves int,
  source text,
  ended_metrics text[] not null default '{}',
  absent_at timestamptz
);
create index measured_targets_due on measured_targets (channel_id, next_at) where next_at is not null;
create index measured_targets_workspace on measured_targets (workspace_id, published_at);
create index measured_targets_channel on measured_targets (channel_id, published_at);
comment on table measured_targets is 'when a published post is measured next, and the newest number of each kind, so that no page has to search the snapshots';
comment on column measured_targets.ended_metrics is 'numbers that the platform gave once and did not give the last time: what stands is the last known';
comment on column measured_targets.absent_at is 'when the platform first did not show the post any more';

create table measured_channels (
  channel_id uuid primary key references channels on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  next_at timestamptz not null,
  rest_until timestamptz,
  problem text,
  problem_at timestamptz
);
comment on table measured_channels is 'when the account''s own numbers are asked next, and why measuring rests';
comment on column measured_channels.rest_until is 'nothing is measured before: the platform asked us to wait, or did not answer';

create table account_snapshots (
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  taken_at timestamptz not null,
  followers int,
  views bigint,
  reach bigint,
  day date,
  source text not null,
  primary key (channel_id, taken_at)
);
comment on table account_snapshots is 'promise: D1, D2, R3: followers of an account at a moment, and what the platform says of the whole account for its last full day';
comment on column account_snapshots.day is 'the platform''s own day that views and reach are of; Meta''s days are those of California';

create table channel_days (
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  day date not null,
  views bigint,
  reach bigint,
  likes int,
  comments int,
  shares int,
  saves int,
  followers int,
  taken_at timestamptz not null,
  primary key (channel_id, day)
);
create index channel_days_workspace on channel_days (workspace_id, day);
comment on table channel_days is 'promise: R3: what the posts of an account gained on a day: the difference of neighbouring snapshots, on the day they were seen, in the workspace''s zone';
comment on column channel_days.followers is 'as last told on that day, not a gain';

create table metric_names (
  platform text not null,
  version text not null,
  name text not null,
  refused_at timestamptz not null,
  primary key (platform, version, name)
);
comment on table metric_names is 'names of metrics that a platform refused: not asked again for a month, and shown as no longer provided';
create index targets_published on targets (published_at) where state = 'published' and platform_post_id is not null;
