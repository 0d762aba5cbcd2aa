-- Two years of a hundred accounts are 73,000 days: a page that adds them up takes too long. The sums follow channel_days by themselves.
create table workspace_days (
  workspace_id uuid not null references workspaces on delete cascade,
  day date not null,
  views bigint,
  reach bigint,
  likes bigint,
  comments bigint,
  shares bigint,
  saves bigint,
  taken_at timestamptz not null,
  primary key (workspace_id, day)
);
comment on table workspace_days is 'promise: R3: channel_days of one day added up; goes with them';

create table channel_months (
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  month date not null,
  views bigint,
  reach bigint,
  likes bigint,
  comments bigint,
  shares bigint,
  saves bigint,
  primary key (channel_id, month)
);
create index channel_months_workspace on channel_months (workspace_id, month);
comment on table channel_months is 'promise: R3: channel_days of one month added up; goes with them';
comment on column channel_months.month is 'its first day';

-- Adds up anew what a statement has touched. One writer of a workspace at a time, else the later would not see what the earlier wrote.
create function add_up_days() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(727012, hashtext(workspace_id::text)) from (select distinct workspace_id from touched order by 1) w;
  delete from workspace_days s using (select distinct workspace_id, day from touched) t
    where s.workspace_id = t.workspace_id and s.day = t.day;
  insert into workspace_days
    select workspace_id, day, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves), max(taken_at)
    from channel_days join (select distinct workspace_id, day from touched) t using (workspace_id, day) group by 1, 2;
  delete from channel_months s using (select distinct channel_id, date_trunc('month', day)::date as month from touched) t
    where s.channel_id = t.channel_id and s.month = t.month;
  insert into channel_months
    select workspace_id, d.channel_id, month, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves)
    from (select distinct channel_id, date_trunc('month', day)::date as month from touched) t
      join channel_days d on d.channel_id = t.channel_id and day >= month and day < month + interval '1 month'
    group by 1, 2, 3;
  return null;
end $$;
create trigger channel_days_added after insert on channel_days referencing new table as touched
  for each statement execute function add_up_days();
create trigger channel_days_changed after update on channel_days referencing new table as touched
  for each statement execute function add_up_days();
create trigger channel_days_gone after delete on channel_days referencing old table as touched
  for each statement execute function add_up_days();

insert into workspace_days
  select workspace_id, day, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves), max(taken_at)
  from channel_days group by 1, 2;
insert into channel_months
  select workspace_id, channel_id, date_trunc('month', day)::date, sum(views), sum(reach), sum(likes), sum(comments), sum(shares), sum(saves)
  from channel_days group by 1, 2, 3;

-- The posts that most people saw, of any span, without reading them all.
create index measured_targets_views on measured_targets (workspace_id, views desc nulls last, published_at desc);
