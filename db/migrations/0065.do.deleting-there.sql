-- Deleting a published post at its platform: one call of its own, and then a look whether the post is gone.
alter table targets
  add deletion_state text check (deletion_state in ('asked', 'sending', 'deleted', 'failed', 'unconfirmed')),
  add deletion_number int not null default 0,
  add deletion_asked_by uuid references users on delete set null,
  add deletion_asked_at timestamptz,
  add deletion_not_before timestamptz,
  add deletion_claimed_at timestamptz,
  add deletion_sent_at timestamptz,
  add deletion_answer text,
  add deletion_problem jsonb,
  add deletion_proof text,
  add deletion_looks int not null default 0,
  add deletion_ended_at timestamptz;
comment on column targets.deletion_state is 'of deleting it at the platform: asked: a person wants it; sending: the call has left or may have left, and only a look decides; deleted: the platform no longer shows it; failed: it is still there; unconfirmed: nobody could look';
comment on column targets.deletion_number is 'how often a person asked for it; each time makes at most one call';
comment on column targets.deletion_not_before is 'the call is not made before this, because the platform takes none for now';
comment on column targets.deletion_answer is 'what the platform answered to the call, in words';
comment on column targets.deletion_problem is 'why it was not deleted';
comment on column targets.deletion_proof is 'what the last look showed, in words';
comment on column targets.deletion_looks is 'how often we looked whether it is gone';
create index targets_deletion_open on targets (deletion_asked_at) where deletion_state in ('asked', 'sending');
create index targets_deletion_asked_by on targets (deletion_asked_by) where deletion_asked_by is not null;

alter table targets drop constraint targets_erased_without_platform_data;
alter table targets add constraint targets_erased_without_platform_data check (state <> 'erased'
  or (platform_post_id is null and permalink is null and handles = '{}' and problem is null and confirmed_by is null
    and comment_id is null and comment_problem is null and comment_proof is null
    and deletion_answer is null and deletion_problem is null and deletion_proof is null));
