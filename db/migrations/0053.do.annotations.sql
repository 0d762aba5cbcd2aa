-- Notes that members write on days of the insights, for an account or for all of them.
create table annotations (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid references channels on delete cascade,
  day date not null,
  text text not null check (char_length(text) >= 1 and char_length(text) <= 200 and text !~ '[\r\n]'),
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index annotations_workspace on annotations (workspace_id, day);
create index annotations_channel on annotations (channel_id) where channel_id is not null;
create index annotations_author on annotations (created_by) where created_by is not null;
create index annotations_term on annotations ((day::timestamp));
comment on table annotations is 'notes of members on days of the insights; at most 500 in a workspace';
comment on column annotations.channel_id is 'the account that the note is about; null: the whole workspace';
comment on column annotations.day is 'in the time zone that the workspace had when the note was written';
comment on column annotations.text is 'one line, as typed';
comment on column annotations.created_by is 'null: the author deleted their account; only admins can change the note then';

alter table form_keys drop constraint form_keys_purpose_check;
alter table form_keys add constraint form_keys_purpose_check check (purpose in ('post', 'duplicate', 'invitation', 'workspace', 'file',
  'annotation'));
