-- A deletion at a platform that failed is listed on Today until a person dismisses it, or asks again.
alter table targets add column deletion_dismissed_at timestamptz;
comment on column targets.deletion_dismissed_at is 'when a member dismissed that it was not deleted at the platform; null again once someone asks again';
create index targets_deletion_to_settle on targets (workspace_id, deletion_ended_at)
  where deletion_state in ('failed', 'unconfirmed') and deletion_dismissed_at is null;
