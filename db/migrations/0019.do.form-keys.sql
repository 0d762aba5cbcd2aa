create table form_keys (
  key uuid primary key,
  workspace_id uuid references workspaces on delete cascade,
  purpose text not null check (purpose in ('post', 'duplicate', 'invitation', 'workspace', 'file')),
  digest bytea not null,
  subject_id uuid,
  version int,
  event_id uuid,
  used_at timestamptz not null default now()
);
create index form_keys_used on form_keys (used_at);
comment on table form_keys is 'one form makes one thing, however often it is sent: what the form with this key has made';
comment on column form_keys.key is 'random, made with the form';
comment on column form_keys.digest is 'SHA-256 of what was sent: sent again unchanged, nothing is done again';
comment on column form_keys.subject_id is 'what was made; null while it is being made';
comment on column form_keys.version is 'of the post after the form was carried out: Back and another save go on from there';
comment on column form_keys.event_id is 'the audit line that the page after it tells of';
