-- A message refers to its endpoint and account. If one of them was being deleted, the outcome of a post
-- waited for that, and was then undone because there was nothing to refer to. Now it gets no message.
create or replace function tell_webhooks(workspace uuid, event text, state text, post uuid, target uuid, channel uuid, later interval) returns void language plpgsql as $$
begin
  with told as (
    insert into webhook_messages (workspace_id, endpoint_id, event, state, post_id, target_id, channel_id, next_at)
    select workspace, e.id, tell_webhooks.event, tell_webhooks.state, post, target, channel, now() + later
    from webhook_endpoints e
    where e.workspace_id = workspace and e.disabled_at is null and e.events @> array[tell_webhooks.event]
    for key share skip locked
    returning endpoint_id)
  insert into outbox (kind, ref_id) select 'webhook', endpoint_id from told;
end $$;

create or replace function tell_webhooks_of_grant() returns trigger language plpgsql as $$
begin
  perform tell_webhooks(c.workspace_id, 'account.needs_reconnect', 'reconnect', null, null, c.id, interval '0')
  from (select workspace_id, id from channels where grant_id = new.id and state = 'connected' for key share skip locked) c;
  return null;
end $$;
