-- Open pages are told which days a change concerns, so that only pages that show those days fetch again.
create or replace function tell_target() returns trigger language plpgsql as $$
begin
  perform pg_notify('targets', concat_ws(' ', new.workspace_id, new.post_id, new.id, extract(epoch from new.due_at)::bigint,
    case when tg_op = 'UPDATE' and old.due_at <> new.due_at then extract(epoch from old.due_at)::bigint end));
  return null;
end $$;
comment on function tell_target() is 'workspace, post, target, when it is due and when it was due before; times in seconds since 1970';
