alter table sessions rename column password_checked_at to confirmed_at;
alter table sessions
  add column second_factor_at timestamptz,
  add column awaits_second_factor boolean not null default false;
comment on column sessions.confirmed_at is 'when the person last proved who they are; rights, keys, exports and deletion need it within ten minutes';
comment on column sessions.second_factor_at is 'when the second factor was last proved in this session; null: never';
comment on column sessions.awaits_second_factor is 'the password was right, the second factor is missing: the session opens nothing but the page that asks for it';

create table passkeys (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  name text not null,
  credential_id text not null,
  public_key bytea not null,
  counter bigint not null default 0,
  transports text[] not null default '{}',
  backed_up boolean not null default false,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  constraint passkeys_credential_unique unique (credential_id),
  constraint passkeys_name_length check (length(name) between 1 and 60)
);
create index passkeys_user on passkeys (user_id);
comment on table passkeys is 'promise: A3: passkeys that the person chose to add; fingerprint, face and PIN stay on their device';
comment on column passkeys.name is 'the person''s own name for it';
comment on column passkeys.credential_id is 'base64url, made by the device or password manager';
comment on column passkeys.counter is 'the last signature counter; 0 where the device does not count';
comment on column passkeys.transports is 'how the browser reaches it, as the browser says: internal, hybrid, usb …';
comment on column passkeys.backed_up is 'synced by the person''s password manager';

create table authenticator_apps (
  user_id uuid primary key references users on delete cascade,
  secret_sealed text not null,
  last_step bigint not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
comment on table authenticator_apps is 'promise: A3: the secret shared with a person''s authenticator app (TOTP, RFC 6238), if they chose to use one';
comment on column authenticator_apps.secret_sealed is 'sealed by the vault';
comment on column authenticator_apps.last_step is '30-second step of the last code that was accepted: a code works once';

create table recovery_codes (
  id uuid primary key default uuid_v7(),
  user_id uuid not null references users on delete cascade,
  code_hash bytea not null,
  salt bytea not null,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  constraint recovery_codes_unique unique (user_id, code_hash)
);
comment on table recovery_codes is 'promise: A3: ten codes that each replace the second factor once';
comment on column recovery_codes.code_hash is 'Argon2id of the code, which is shown once';
comment on column recovery_codes.salt is 'one for the codes of a person that were made together, so that checking a code takes one hash';

alter table workspaces add column requires_second_factor boolean not null default false;
comment on column workspaces.requires_second_factor is 'members open the workspace only in a session that proved a second factor';
alter table installation add column operators_require_second_factor boolean not null default false;
comment on column installation.operators_require_second_factor is 'operators run the installation only in a session that proved a second factor';
