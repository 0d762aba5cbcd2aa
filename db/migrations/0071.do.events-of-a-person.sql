-- The activity log can be limited to what one person did.
create index events_person on events (workspace_id, user_id, id desc);
