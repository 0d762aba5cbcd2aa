-- Time-ordered ids (RFC 9562, version 7), made by the database so that every writer agrees.
create function uuid_v7() returns uuid language sql volatile as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid()) placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

create table users (
  id uuid primary key default uuid_v7(),
  email text not null,
  name text not null,
  password_hash text not null,
  is_operator boolean not null default false,
  theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
  created_at timestamptz not null default now(),
  deactivated_at timestamptz,
  constraint users_email_form check (email = lower(email) and email like '%_@_%'),
  constraint users_email_unique unique (email)
);
comment on table users is 'promise: A3: name, work email, password hash, and nothing else about the person';
comment on column users.password_hash is 'promise: A5: Argon2id, never the password';
comment on column users.is_operator is 'runs the installation; set by the first link and by the command line only';

create table workspaces (
  id uuid primary key default uuid_v7(),
  slug text not null,
  name text not null,
  zone text not null,
  missed_after interval not null default '6 hours',
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  constraint workspaces_slug_unique unique (slug),
  constraint workspaces_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
comment on column workspaces.slug is 'the name in addresses: /w/<slug>';
comment on column workspaces.zone is 'IANA time zone in which people read and type times';
comment on column workspaces.missed_after is 'a post whose time passed longer ago than this, while nothing ran, is missed and not sent late';

create table memberships (
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  role text not null check (role in ('manager', 'admin')),
  created_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
create index memberships_user on memberships (user_id);
comment on column memberships.role is 'promise: A4';

create table invitations (
  id uuid primary key default uuid_v7(),
  code_hash bytea not null,
  workspace_id uuid references workspaces on delete cascade,
  role text check (role in ('manager', 'admin')),
  makes_operator boolean not null default false,
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_by uuid references users on delete set null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  constraint invitations_code_unique unique (code_hash),
  constraint invitations_purpose check ((workspace_id is null) = (role is null)),
  constraint invitations_one_end check (accepted_at is null or revoked_at is null)
);
create index invitations_workspace on invitations (workspace_id, created_at);
comment on table invitations is 'promise: A1: the only way to an account';
comment on column invitations.code_hash is 'SHA-256 of the code; the code itself is shown once and kept nowhere';
comment on column invitations.workspace_id is 'null: the one-time link of the first start, which makes the operator';

create table sessions (
  id uuid primary key default uuid_v7(),
  token_hash bytea not null,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  password_checked_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ends_at timestamptz not null,
  constraint sessions_token_unique unique (token_hash)
);
create index sessions_user on sessions (user_id);
comment on table sessions is 'promise: A3: neither address nor browser of the person is kept';
comment on column sessions.token_hash is 'SHA-256 of 256 random bits that only the cookie holds';
comment on column sessions.expires_at is 'idle end, moved ahead while used';
comment on column sessions.ends_at is 'absolute end, never moved';
comment on column sessions.password_checked_at is 'when the person last typed the password; what is grave asks again';

create unlogged table throttle (
  key text primary key,
  hits int not null,
  reset_at timestamptz not null
);
comment on table throttle is 'promise: A6';
comment on column throttle.key is 'purpose and HMAC of the email or address: no personal data in clear';

create table password_resets (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  token_hash bytea,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint password_resets_token_unique unique (token_hash)
);
comment on column password_resets.token_hash is 'SHA-256 of the token, which is made when the mail is written; null before';

create table events (
  id uuid primary key default uuid_v7(),
  workspace_id uuid references workspaces on delete cascade,
  user_id uuid references users on delete set null,
  name text not null check (name ~ '^[a-z_]+\.[a-z_]+$'),
  subject_id uuid,
  facts jsonb not null default '{}',
  at timestamptz not null default now()
);
create index events_workspace on events (workspace_id, at desc);
create index events_subject on events (subject_id, at);
comment on table events is 'audit lines noun.verb, written in the transaction of the change they tell of';
comment on column events.facts is 'states, times and counts; no caption, name, email or token';

create table outbox (
  id bigint generated always as identity primary key,
  kind text not null,
  ref_id uuid not null,
  created_at timestamptz not null default now(),
  next_try_at timestamptz not null default now() + interval '1 second',
  tries int not null default 0
);
create index outbox_due on outbox (next_try_at, id);
create index outbox_ref on outbox (ref_id);
comment on table outbox is 'what must still be told to Temporal or by mail, written in the transaction that caused it; a row goes when it is told';
comment on column outbox.next_try_at is 'the server itself tells it in the first second; after that it is the relay''s';
comment on column outbox.kind is 'which relay carries it: target, password-reset';
