-- Posts that repeat. Their occurrences are ordinary posts.
create table series (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  rule jsonb not null check (jsonb_typeof(rule) = 'object'),
  starts_on date not null,
  wall_time time(0) not null,
  zone text not null,
  ends_on date,
  occurrences integer check (occurrences between 1 and 200),
  made_on date not null,
  made integer not null default 1 check (made >= 0),
  ended_at timestamptz,
  text text not null default '',
  link text,
  variants jsonb not null default '{}',
  choices jsonb not null default '{}'
);
create index series_workspace on series (workspace_id);
create index series_person on series (created_by);
create index series_running on series (made_on) where ended_at is null;
comment on table series is 'posts that repeat; what an occurrence is made from is kept while the series runs';
comment on column series.rule is 'when it repeats: every week or every n weeks on weekdays (1 is Monday), every month on a day, or on the first or last such weekday';
comment on column series.wall_time is 'what the clock shows in the zone. Where clocks skip it, the occurrence is as much later; where it happens twice, it is the first';
comment on column series.ends_on is 'the last day on which it may repeat; null: no end date';
comment on column series.occurrences is 'how many posts it has in all; null: no limit';
comment on column series.made_on is 'the newest date that was dealt with: its post was made, or left out because its time had passed';
comment on column series.made is 'how many posts were made';
comment on column series.ended_at is 'it was stopped or has reached its end: its text and files are gone from here';
comment on column series.choices is 'channel id → kind and settings, as in posts';

create table series_media (
  series_id uuid not null references series on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  media_id uuid not null references media,
  position smallint not null check (position between 1 and 35),
  alt_text text not null default '',
  edits jsonb check (jsonb_typeof(edits) = 'object'),
  primary key (series_id, position)
);
create index series_media_file on series_media (media_id);
create index series_media_workspace on series_media (workspace_id);
comment on table series_media is 'promise: R4: the files of a series that runs, which are kept as long as it does';

alter table posts add column series_id uuid references series on delete set null;
alter table posts add column occurrence_on date;
alter table posts add column is_apart boolean not null default false;
alter table posts add column repeats jsonb check (jsonb_typeof(repeats) = 'object');
alter table posts add constraint posts_occurrence check (series_id is null or occurrence_on is not null);
create unique index posts_once on posts (series_id, occurrence_on) where series_id is not null;
comment on column posts.series_id is 'the series that it is an occurrence of';
comment on column posts.occurrence_on is 'the date of the series for which it was made, which stays when it is moved alone. One post for each';
comment on column posts.is_apart is 'an occurrence that was edited or moved alone: changes to the following posts leave it as it is';
comment on column posts.repeats is 'of a draft: how it repeats once it is scheduled, as chosen in the form';
