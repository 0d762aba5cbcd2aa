-- Measuring is split into 16 shards of accounts, each with a schedule of its own (workflows/names.ts: measureShards).
create function measure_shard(channel_id uuid) returns smallint language sql immutable parallel safe
  return (get_byte(uuid_send(channel_id), 15) % 16)::smallint;
comment on function measure_shard is 'which of the 16 schedules measures an account: the last bits of its id are random';

-- New posts used to be found by comparing all published posts with all measured ones, which grows with the years.
create table unmeasured_targets (
  target_id uuid primary key references targets on delete cascade,
  shard smallint not null
);
create index unmeasured_targets_shard on unmeasured_targets (shard);
comment on table unmeasured_targets is 'promise: U3: published posts that the next run of measuring takes up; a row is there for some minutes';

create function list_unmeasured_target() returns trigger language plpgsql as $$
begin
  insert into unmeasured_targets (target_id, shard) values (new.id, measure_shard(new.channel_id)) on conflict do nothing;
  return null;
end $$;
create trigger targets_published_now after insert on targets for each row
  when (new.state = 'published' and new.platform_post_id is not null) execute function list_unmeasured_target();
create trigger targets_published_later after update of state, platform_post_id on targets for each row
  when (new.state = 'published' and new.platform_post_id is not null
    and (old.state <> 'published' or old.platform_post_id is null)) execute function list_unmeasured_target();
insert into unmeasured_targets (target_id, shard)
  select id, measure_shard(channel_id) from targets t where state = 'published' and platform_post_id is not null
    and not exists (select from measured_targets m where m.target_id = t.id);
drop index targets_published;

-- A reading that has not changed stores no new row.
alter table snapshots add column last_seen_at timestamptz;
comment on column snapshots.last_seen_at is
  'the last reading that still gave exactly these numbers, filled in when they change; null where the next reading differed, and in the newest row of a post (measured_targets.taken_at says it)';
alter table measured_targets add column changed_at timestamptz;
comment on column measured_targets.changed_at is 'taken_at of the newest row in snapshots; readings since then gave the same numbers';
update measured_targets set changed_at = taken_at;
