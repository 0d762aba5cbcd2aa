-- Weekly posting times of an account, and the posts that take them.
create table slots (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  weekday smallint not null check (weekday between 1 and 7),
  wall_time time(0) not null check (extract(second from wall_time) = 0),
  created_at timestamptz not null default now(),
  unique (channel_id, weekday, wall_time)
);
create index slots_workspace on slots (workspace_id);
comment on table slots is 'weekly posting times of an account; at most 60 for one account';
comment on column slots.weekday is 'ISO: 1 is Monday, 7 is Sunday';
comment on column slots.wall_time is 'what the clock shows in the zone that the workspace has now. Where clocks skip it, the slot is as much later; where it happens twice, the slot is the first';

alter table targets add column queued boolean not null default false;
create index targets_queued on targets (channel_id, due_at) where queued and state in ('scheduled', 'preparing', 'ready');
comment on column targets.queued is 'it took a free slot of its account and waits in its queue. A person who gives it another time takes it out of the queue';

alter table posts add column slot_choice text check (slot_choice in ('slot', 'queue'));
comment on column posts.slot_choice is 'of a draft without a time: when it is scheduled, it takes the next free slot (slot) or the one after all queued posts (queue)';
