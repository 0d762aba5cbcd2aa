create table sweeps (
  id uuid primary key default uuid_v7(),
  rule text not null,
  removed int not null,
  left_count int not null,
  oldest_left_at timestamptz,
  duration_ms int not null,
  at timestamptz not null
);
create index sweeps_rule on sweeps (rule, at desc);
comment on table sweeps is 'one run of one rule of db/retention.ts: the evidence that the public policy shows';
comment on column sweeps.oldest_left_at is 'when the term of the oldest row that is left began; null when none is left';

alter table media add column files_removed_at timestamptz;
comment on column media.files_removed_at is 'promise: R4: after purged_at, when the bytes had left the store';
create index media_to_remove on media (purged_at) where purged_at is not null and files_removed_at is null;

alter table users add column deactivated_by text check (deactivated_by in ('person', 'admin')),
  add column policy_version text;
comment on column users.deactivated_at is 'promise: R1: the account is deleted 30 days later, and can be taken back until then';
comment on column users.deactivated_by is 'person: they take it back by signing in; admin: only an admin can';
comment on column users.policy_version is 'promise: L3: the newest version of the policy that this person has been shown';

create table deletion_requests (
  id uuid primary key default uuid_v7(),
  code_hash bytea not null,
  origin text not null check (origin in ('account', 'page', 'issuer', 'retention')),
  user_id uuid references users on delete set null,
  issuer text,
  issuer_user_id text,
  asked_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint deletion_requests_code_unique unique (code_hash),
  constraint deletion_requests_forgets check (finished_at is null or (user_id is null and issuer_user_id is null))
);
create unique index deletion_requests_open on deletion_requests (user_id) where finished_at is null and user_id is not null;
comment on table deletion_requests is 'promise: E3, E4, E5: a wish to be erased; when it is done, nothing in it says whose it was';
comment on column deletion_requests.code_hash is 'SHA-256 of the code; who has the code can follow it at /data-deletion/<code>';
comment on column deletion_requests.issuer_user_id is 'whose data the platform asked us to delete; gone when it is done';

alter table workspaces add column erased_by uuid references deletion_requests on delete set null;
comment on column workspaces.erased_by is 'promise: E3: goes with the person who was its only admin; decided once, when the erasure begins';

create table deletion_steps (
  request_id uuid not null references deletion_requests on delete cascade,
  position int not null,
  name text not null check (name in ('posts', 'tokens', 'revoke', 'media', 'content', 'account')),
  issuer text,
  state text not null default 'waits' check (state in ('waits', 'trying', 'done', 'gave_up')),
  amount int,
  next_try_at timestamptz,
  ended_at timestamptz,
  primary key (request_id, position)
);
comment on table deletion_steps is 'what the public page of a deletion request shows: steps, counts and times, no personal data';

create table revocations (
  id uuid primary key default uuid_v7(),
  request_id uuid not null references deletion_requests on delete cascade,
  issuer text not null,
  tokens_sealed text,
  issuer_user_id text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint revocations_end_without_tokens check (ended_at is null or (tokens_sealed is null and issuer_user_id is null))
);
create index revocations_request on revocations (request_id);
comment on table revocations is 'promise: R2: tokens taken out of the product, kept only to be revoked at the platform, then gone';
comment on column revocations.tokens_sealed is 'promise: S1: sealed; nothing but the revocation can read it';

create table mail_links (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  purpose text not null check (purpose in ('deletion', 'email', 'export')),
  new_email text,
  export_id uuid,
  token_hash bytea,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint mail_links_token_unique unique (token_hash),
  constraint mail_links_email check ((purpose = 'email') = (new_email is not null)),
  constraint mail_links_export check ((purpose = 'export') = (export_id is not null))
);
create index mail_links_user on mail_links (user_id);
comment on table mail_links is 'links that are mailed, used once, and expire';
comment on column mail_links.token_hash is 'SHA-256 of the token, which is made when the mail is written; null before';

create table exports (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  store_key text,
  size_bytes bigint,
  asked_at timestamptz not null default now(),
  made_at timestamptz,
  constraint exports_key_unique unique (store_key)
);
create index exports_user on exports (user_id, asked_at);
comment on table exports is 'promise: E1: a file with everything that is held about a person; it goes after a week, or when it was fetched';
alter table mail_links add constraint mail_links_export_fk foreign key (export_id) references exports on delete cascade;

create table policy_versions (
  version text primary key,
  published_on date not null,
  material boolean not null,
  changes text not null,
  announced_at timestamptz
);
comment on table policy_versions is 'promise: L1, L3: versions of the privacy policy; written from web/policy.ts at start';
comment on column policy_versions.announced_at is 'when every account holder had been mailed about it; null for those that change nothing material';
