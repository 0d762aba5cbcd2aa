-- Apps that people connect by OAuth. A connection is a row of api_keys without a secret of its own.
create table oauth_clients (
  id uuid primary key default uuid_v7(),
  name text not null check (char_length(name) between 1 and 60),
  redirect_uris text[] not null check (cardinality(redirect_uris) between 1 and 10),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index oauth_clients_term on oauth_clients ((expires_at at time zone 'UTC'));
comment on table oauth_clients is 'apps that registered themselves to be connected; says nothing about a person';
comment on column oauth_clients.name is 'what the app calls itself; nobody has checked it';
comment on column oauth_clients.redirect_uris is 'where a person may be sent back to: https, or this computer';
comment on column oauth_clients.expires_at is 'moves on while the app is connected and used';

alter table api_keys
  alter column secret_hash drop not null,
  alter column hint drop not null,
  add column client_id uuid references oauth_clients on delete cascade,
  add constraint api_keys_way check ((client_id is null) = (secret_hash is not null)),
  add constraint api_keys_hint check ((hint is null) = (secret_hash is null));
create unique index api_keys_client on api_keys (client_id, workspace_id, user_id) where client_id is not null;
comment on table api_keys is 'what gives programs access: keys for the API, and apps that a person connected; each belongs to one workspace and ends with the membership of that person';
comment on column api_keys.name is 'chosen by its maker; for an app, what it calls itself';
comment on column api_keys.client_id is 'the connected app, which has tokens in app_tokens instead of a secret';
comment on column api_keys.secret_hash is 'SHA-256 of the key, which is shown once and not stored; null for an app';
comment on column api_keys.scopes is 'what it may do; manage ends when its maker is no admin any more, and for an app also schedule and publish';

create table oauth_codes (
  code_hash bytea primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  client_id uuid not null references oauth_clients on delete cascade,
  redirect_uri text not null,
  challenge text not null,
  scopes text[] not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  key_id uuid references api_keys on delete cascade,
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete cascade
);
create index oauth_codes_workspace on oauth_codes (workspace_id, user_id);
create index oauth_codes_person on oauth_codes (user_id);
create index oauth_codes_client on oauth_codes (client_id);
create index oauth_codes_key on oauth_codes (key_id);
create index oauth_codes_term on oauth_codes ((expires_at at time zone 'UTC'));
comment on table oauth_codes is 'answers of people who allowed an app to connect, which the app exchanges for tokens once, within a minute';
comment on column oauth_codes.code_hash is 'SHA-256 of the code';
comment on column oauth_codes.challenge is 'PKCE: SHA-256 of what only the app knows';
comment on column oauth_codes.key_id is 'the connection that was made with it, which ends if the code is used again';

create table app_tokens (
  token_hash bytea primary key,
  key_id uuid not null references api_keys on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  kind text not null check (kind in ('access', 'refresh')),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index app_tokens_key on app_tokens (key_id);
create index app_tokens_workspace on app_tokens (workspace_id);
create index app_tokens_term on app_tokens ((expires_at at time zone 'UTC'));
comment on table app_tokens is 'tokens of connected apps';
comment on column app_tokens.token_hash is 'SHA-256 of the token';
comment on column app_tokens.used_at is 'when a refresh token was exchanged; if it is sent again, someone has a copy, and the connection ends';
