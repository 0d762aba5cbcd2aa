-- The first comment below a published post is a call of its own, with its own claim and its own outcome. Its text stands in targets.settings.
alter table targets
  add comment_state text check (comment_state in ('waiting', 'sending', 'published', 'failed', 'unconfirmed', 'left')),
  add comment_number int not null default 0,
  add comment_not_before timestamptz,
  add comment_since timestamptz,
  add comment_problem jsonb,
  add comment_proof text,
  add comment_id text,
  add commented_at timestamptz,
  add comment_open boolean not null generated always as (
    state = 'published' and coalesce(settings ->> 'first_comment', '') <> ''
      and (comment_state is null or comment_state in ('waiting', 'sending'))) stored;
comment on column targets.comment_state is 'of the first comment: null, nothing was done for it yet; waiting: it is written, or tried again, as soon as it may be; sending: the call has left or may have left; left: a person dismissed it';
comment on column targets.comment_number is 'how many claims of the first comment there were';
comment on column targets.comment_not_before is 'the first comment is not tried again before this';
comment on column targets.comment_since is 'when a person asked for the first comment again; null: it is due since the post is published';
comment on column targets.comment_proof is 'what showed the outcome of the first comment, in words';
comment on column targets.comment_id is 'the platform''s id of the first comment';
comment on column targets.comment_open is 'the first comment is still to be written, or its outcome to be found out';

create table comment_attempts (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  target_id uuid not null references targets on delete cascade,
  number int not null,
  fingerprint bytea not null,
  claimed_at timestamptz not null,
  sent_at timestamptz,
  ended_at timestamptz,
  outcome text not null default 'claimed'
    check (outcome in ('claimed', 'accepted', 'refused', 'unknown', 'not_sent', 'found', 'absent')),
  problem jsonb,
  looks int not null default 0,
  proof text,
  constraint comment_attempts_numbered unique (target_id, number)
);
create index comment_attempts_workspace on comment_attempts (workspace_id);
comment on table comment_attempts is 'one call that writes a first comment: written before the call, its outcome after';
comment on column comment_attempts.fingerprint is 'SHA-256 over the account, the post''s id at the platform and the text of the comment';
comment on column comment_attempts.outcome is 'claimed: no word yet. unknown: sent, no clear answer. found, absent: what reconciling proved';
comment on column comment_attempts.looks is 'how often reconciling has looked';
comment on column comment_attempts.proof is 'what showed the outcome, in words';
create index targets_comment_open on targets (state_at) where comment_open;

alter table targets drop constraint targets_erased_without_platform_data;
alter table targets add constraint targets_erased_without_platform_data check (state <> 'erased'
  or (platform_post_id is null and permalink is null and handles = '{}' and problem is null and confirmed_by is null
    and comment_id is null and comment_problem is null and comment_proof is null));

alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('failed', 'unconfirmed', 'missed', 'comment', 'canceled', 'ending',
  'ended', 'disconnected', 'asked', 'erased', 'left'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,comment,canceled,ending,ended,disconnected,asked,erased,left}';
update users set notices_by_mail = notices_by_mail || '{comment}';
create index targets_comment_to_settle on targets (workspace_id, state_at) where comment_state in ('failed', 'unconfirmed');
