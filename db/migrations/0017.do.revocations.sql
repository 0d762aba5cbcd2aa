-- One table for every authorization that is revoked at its platform, whether an account was disconnected or a person is erased.
drop table disconnections;
drop table revocations;

create table revocations (
  id uuid primary key default uuid_v7(),
  issuer text not null,
  issuer_user_id text,
  workspace_id uuid references workspaces on delete set null,
  grant_id uuid references grants on delete set null,
  channel_id uuid references channels on delete set null,
  request_id uuid references deletion_requests on delete cascade,
  asked_by uuid references users on delete set null,
  asked_at timestamptz not null,
  erases_history boolean not null default false,
  erased_at timestamptz,
  access_token_sealed text,
  refresh_token_sealed text,
  access_expires_at timestamptz,
  state text not null default 'pending',
  gives_up_at timestamptz not null,
  next_try_at timestamptz,
  calling_until timestamptz,
  tries integer not null default 0,
  problem text,
  ended_at timestamptz,
  constraint revocations_state_check check (state in ('pending', 'revoked', 'kept', 'unusable', 'given_up')),
  constraint revocations_tokens_only_while_pending check (
    state = 'pending' or (access_token_sealed is null and refresh_token_sealed is null and issuer_user_id is null)),
  constraint revocations_ended check ((state = 'pending') = (ended_at is null))
);
create index revocations_pending on revocations (gives_up_at) where state = 'pending';
create index revocations_person on revocations (issuer, issuer_user_id) where state = 'pending';
create index revocations_channel on revocations (channel_id, asked_at desc);
create index revocations_request on revocations (request_id);
create index revocations_workspace on revocations (workspace_id, asked_at desc);

comment on table revocations is 'promise: R2: authorizations to revoke at their platform: after the last account was disconnected, or for a deletion request';
comment on column revocations.issuer_user_id is 'whose authorization it is, at the platform; null once it is over';
comment on column revocations.channel_id is 'the account that was disconnected; null when a deletion request asked';
comment on column revocations.request_id is 'the deletion request that waits for it; its page shows the outcome';
comment on column revocations.access_token_sealed is 'promise: S1: used only to revoke; null once it is over';
comment on column revocations.refresh_token_sealed is 'promise: S1: to get a token that can revoke when the other one has expired';
comment on column revocations.state is 'kept: another connection uses the same authorization. unusable: the platform no longer accepts our tokens. given_up: no answer within the term';
comment on column revocations.gives_up_at is 'then the tokens are deleted without the platform''s answer';
comment on column revocations.calling_until is 'the platform is being called now: nobody connects the same person meanwhile, and nobody else calls';
comment on column revocations.erases_history is 'the admin also wanted the account''s history deleted';

alter table connections_under_way add column issuer_user_id text;
comment on column connections_under_way.issuer_user_id is 'who consented, so that nobody revokes the authorization between the consent and the choice';
