-- Keys with which programs use the API, and the answers to their writes.
create table api_keys (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  name text not null check (char_length(name) between 1 and 60),
  secret_hash bytea not null unique,
  hint text not null check (char_length(hint) = 4),
  scopes text[] not null check (scopes <@ array['read', 'draft', 'schedule', 'publish', 'manage'] and cardinality(scopes) > 0),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_on date,
  window_at timestamptz not null default now(),
  window_requests integer not null default 0,
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete cascade
);
create index api_keys_workspace on api_keys (workspace_id, user_id);
create index api_keys_person on api_keys (user_id);
comment on table api_keys is 'keys with which programs use the API; a key belongs to one workspace and ends with the membership of the person who made it';
comment on column api_keys.user_id is 'who made it; what is done with the key is done in this name';
comment on column api_keys.secret_hash is 'SHA-256 of the key, which is shown once and not stored';
comment on column api_keys.hint is 'the last characters of the key, to tell keys apart';
comment on column api_keys.scopes is 'what it may do; manage ends when its maker is no admin any more';
comment on column api_keys.used_on is 'UTC';
comment on column api_keys.window_at is 'when the hour began whose requests are counted';
comment on column api_keys.window_requests is 'requests since then, refused ones included';

create table api_requests (
  key_id uuid not null references api_keys on delete cascade,
  name_hash bytea not null,
  workspace_id uuid not null references workspaces on delete cascade,
  content_hash bytea not null,
  made_at timestamptz not null default now(),
  status smallint,
  answer jsonb,
  primary key (key_id, name_hash)
);
create index api_requests_workspace on api_requests (workspace_id);
create index api_requests_term on api_requests ((made_at at time zone 'UTC'));
comment on table api_requests is 'writes of API keys, so that a repeated one gets the same answer and does nothing twice; written in the transaction of the effect';
comment on column api_requests.name_hash is 'SHA-256 of the Idempotency-Key that the program chose';
comment on column api_requests.content_hash is 'SHA-256 of the method, the address and the body, to refuse another request under the same name';
comment on column api_requests.status is 'HTTP; null only inside the transaction';
comment on column api_requests.answer is 'ids, versions, states and times only: no text of a post';

alter table form_keys drop constraint form_keys_purpose_check;
alter table form_keys add constraint form_keys_purpose_check check (purpose ~ '^[a-z-]{4,20}$');
comment on column form_keys.purpose is 'what the form makes; the list of purposes is in db/posts/form-keys.ts';
