-- Reports for clients: chosen sections of Insights, and the secret links under which they are read.
create table reports (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  created_by uuid references users on delete set null,
  title text not null check (char_length(title) >= 1 and char_length(title) <= 80 and title !~ '[\r\n]'),
  note text not null default '' check (char_length(note) <= 2000),
  period text not null check (period in ('week', 'month', 'own')),
  from_day date,
  to_day date,
  sections text[] not null check (cardinality(sections) between 1 and 10),
  channel_ids uuid[] check (cardinality(channel_ids) between 1 and 500),
  platform text,
  label_id uuid,
  color text not null check (color ~ '^[0-9a-f]{6}$'),
  logo bytea check (octet_length(logo) <= 524288),
  hours smallint not null check (hours in (12, 24)),
  date_order text not null check (date_order in ('mdy', 'dmy', 'ymd')),
  week_start smallint not null check (week_start in (1, 6, 7)),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id),
  constraint reports_days check ((period = 'own') = (from_day is not null and to_day is not null) and from_day <= to_day)
);
create index reports_author on reports (created_by) where created_by is not null;
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

create table report_links (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  report_id uuid not null unique,
  user_id uuid not null references users on delete cascade,
  code_hash bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  last_read_on date,
  foreign key (workspace_id, report_id) references reports (workspace_id, id) on delete cascade,
  -- A link ends with the membership of the person who made it.
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete cascade
);
create index report_links_user on report_links (user_id);
comment on table report_links is 'secret links under which clients read a report without an account; at most one for each report';
comment on column report_links.code_hash is 'SHA-256 of the code in the link, which is shown once';
comment on column report_links.last_read_on is 'the day in UTC when the report was last opened with it';
