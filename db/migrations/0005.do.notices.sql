-- Connections that stay alive, and end the moment someone says so; and what people are told.

alter table grants
  add column next_renewal_at timestamptz,
  add column renewal_failures int not null default 0,
  add column next_check_at timestamptz,
  add column checked_at timestamptz,
  add column warned_of timestamptz,
  add column warned_days int;
comment on column grants.next_renewal_at is 'not renewed ahead before this: the last try failed for the moment; null: by the lifetime of the token';
comment on column grants.renewal_failures is 'renewals that failed in a row';
comment on column grants.next_check_at is 'when the issuer is asked again what the grant is good for; null: now';
comment on column grants.checked_at is 'when the issuer said last that the grant is good';
comment on column grants.warned_of is 'the end of the grant that admins were warned of';
comment on column grants.warned_days is 'how many days ahead they were warned last: 14, 7, 1';

create table disconnections (
  channel_id uuid primary key references channels on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  grant_id uuid not null references grants on delete cascade,
  asked_by uuid references users on delete set null,
  asked_at timestamptz not null,
  erases_history boolean not null,
  erased_at timestamptz,
  access_token_sealed text,
  refresh_token_sealed text,
  access_expires_at timestamptz,
  gives_up_at timestamptz,
  tries int not null default 0,
  problem text,
  state text not null check (state in ('kept', 'pending', 'revoked', 'given_up')),
  ended_at timestamptz,
  constraint disconnections_token_only_while_pending
    check (state = 'pending' or (access_token_sealed is null and refresh_token_sealed is null))
);
comment on table disconnections is 'promise: R2: accounts that were disconnected, and how far revoking at the platform is';
comment on column disconnections.access_token_sealed is 'promise: S1: for revoking only, nothing else reads it; gone when revoked';
comment on column disconnections.refresh_token_sealed is 'promise: S1: to get a token that can revoke, when the other ended meanwhile';
comment on column disconnections.gives_up_at is 'the platform ends the grant by itself then';
comment on column disconnections.state is 'kept: the grant goes on, other accounts use it. pending: not revoked yet. given_up: it ended by itself first';

create table notices (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  kind text not null check (kind in ('failed', 'unconfirmed', 'missed', 'canceled', 'ending', 'ended', 'disconnected')),
  cause text not null,
  target_id uuid references targets on delete cascade,
  channel_id uuid references channels on delete cascade,
  grant_id uuid references grants on delete cascade,
  facts jsonb not null default '{}',
  created_at timestamptz not null default now(),
  seen_at timestamptz,
  by_mail boolean not null,
  mailed_at timestamptz,
  constraint notices_once unique (user_id, cause)
);
create index notices_list on notices (user_id, workspace_id, id desc);
comment on table notices is 'promise: U4: what a person is told, once for each cause, on the page and by mail';
comment on column notices.cause is 'what happened, so that it is told once: kind, id and number of it';
comment on column notices.facts is 'times and counts for the words; no caption, name, email or token';
comment on column notices.by_mail is 'whether the person wanted this kind by mail when it happened';

alter table users add column notices_by_mail text[] not null
  default '{failed,unconfirmed,missed,canceled,ending,ended,disconnected}';
comment on column users.notices_by_mail is 'promise: A3: a choice of the person: which kinds of notices also come by mail';
