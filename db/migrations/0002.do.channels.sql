create table grants (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  issuer text not null,
  issuer_user_id text not null,
  user_name text not null,
  scopes text[] not null,
  access_token_sealed text,
  refresh_token_sealed text,
  expires_at timestamptz,
  refresh_expires_at timestamptz,
  data_access_expires_at timestamptz,
  state text not null default 'active' check (state in ('active', 'reauthorize', 'ended')),
  state_reason text,
  connected_by uuid references users on delete set null,
  connected_at timestamptz not null default now(),
  renewed_at timestamptz,
  renewing_by uuid,
  renewing_until timestamptz,
  ended_at timestamptz,
  constraint grants_user_unique unique (workspace_id, issuer, issuer_user_id),
  constraint grants_ended_without_tokens check (state <> 'ended' or (access_token_sealed is null and refresh_token_sealed is null))
);
comment on column grants.issuer is 'meta or tiktok: whoever issued the authorization';
comment on column grants.issuer_user_id is 'promise: D1, D2: app-scoped user id or open id';
comment on column grants.access_token_sealed is 'promise: S1: AES-256-GCM, bound to this row and column';
comment on column grants.refresh_token_sealed is 'promise: S1';
comment on column grants.state is 'reauthorize: only the person at the platform can bring it back';
comment on column grants.renewing_by is 'whoever renews the tokens now: the old refresh token may be dead with its first use, so one at a time';
comment on column grants.renewing_until is 'end of that lease; without renewing_by: renewing failed, not again before';
comment on column grants.state_reason is 'code of the cause, e.g. 190/460';

create table channels (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  grant_id uuid not null references grants on delete cascade,
  platform text not null,
  account_id text not null,
  name text not null,
  handle text not null default '',
  token_sealed text,
  settings jsonb not null default '{}',
  account_facts jsonb,
  account_facts_at timestamptz,
  state text not null default 'connected' check (state in ('connected', 'reconnect', 'disconnected')),
  state_reason text,
  connected_at timestamptz not null default now(),
  disconnected_at timestamptz,
  constraint channels_account_unique unique (workspace_id, platform, account_id),
  constraint channels_disconnected_without_token check (state <> 'disconnected' or token_sealed is null)
);
create index channels_grant on channels (grant_id);
comment on column channels.state_reason is 'why it waits for a person, in words';
comment on table channels is 'promise: D1, D2: what one publishes to: a Page, an Instagram professional account, a TikTok creator';
comment on column channels.account_id is 'the platform''s own id of the account';
comment on column channels.token_sealed is 'promise: S1: the account''s own token where it has one (Page token), sealed';
comment on column channels.settings is 'what publishing needs beside the id, e.g. the Page behind an Instagram account';
comment on column channels.account_facts is 'promise: D2: what the platform said of the account when a post was last composed, e.g. TikTok''s creator_info';

create table connections_under_way (
  state_hash bytea primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  session_id uuid not null references sessions on delete cascade,
  issuer text not null,
  verifier_sealed text,
  offer_sealed text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
comment on table connections_under_way is 'a person on the way through a platform''s consent page and the choice of accounts; gone when it is done or after its hour';
comment on column connections_under_way.state_hash is 'SHA-256 of the OAuth state, which binds the answer to this session';
comment on column connections_under_way.verifier_sealed is 'PKCE verifier, sealed; null once the platform''s answer came, which is taken once';
comment on column connections_under_way.offer_sealed is 'tokens and accounts between the consent and the choice, sealed';
