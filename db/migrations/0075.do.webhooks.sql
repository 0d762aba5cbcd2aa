-- Webhooks: where a workspace wants events to be sent, the messages, and each try to send one.
create table webhook_endpoints (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  format text not null check (format in ('standard', 'slack', 'discord', 'teams')),
  url_sealed text not null,
  events text[] not null check (cardinality(events) > 0 and events <@ array['post.published', 'post.failed', 'post.needs_attention',
    'review.requested', 'review.approved', 'review.changes_requested', 'review.held', 'account.needs_reconnect']),
  secret_sealed text not null,
  old_secret_sealed text,
  old_secret_until timestamptz,
  created_at timestamptz not null,
  rotated_at timestamptz,
  failing_since timestamptz,
  disabled_at timestamptz,
  disabled_by text check (disabled_by in ('person', 'receiver', 'failures')),
  check ((disabled_at is null) = (disabled_by is null)),
  check ((old_secret_sealed is null) = (old_secret_until is null)),
  -- An endpoint ends with the membership of the person who added it.
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete cascade
);
create index webhook_endpoints_workspace on webhook_endpoints (workspace_id, user_id);
create index webhook_endpoints_person on webhook_endpoints (user_id);
comment on table webhook_endpoints is 'addresses to which events of a workspace are sent; one ends with the membership of the admin who added it';
comment on column webhook_endpoints.format is 'standard: signed JSON by Standard Webhooks; the others: a short message for that chat';
comment on column webhook_endpoints.url_sealed is 'sealed, because an address of a chat lets anyone who has it write there';
comment on column webhook_endpoints.secret_sealed is 'signs messages; shown once';
comment on column webhook_endpoints.old_secret_sealed is 'signs messages too until old_secret_until, after a rotation';
comment on column webhook_endpoints.failing_since is 'when the first of the tries failed that failed in a row; null: the last one worked';
comment on column webhook_endpoints.disabled_by is 'person: an admin; receiver: it answered 410; failures: nothing could be delivered for three days';

create table webhook_messages (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  endpoint_id uuid not null references webhook_endpoints on delete cascade,
  event text not null,
  at timestamptz not null default now(),
  post_id uuid references posts on delete cascade,
  target_id uuid references targets on delete cascade,
  channel_id uuid references channels on delete cascade,
  state text not null,
  tries int not null default 0,
  next_at timestamptz,
  outcome text not null default 'waiting' check (outcome in ('waiting', 'delivered', 'failed')),
  check ((outcome = 'waiting') = (next_at is not null))
);
create index webhook_messages_endpoint on webhook_messages (endpoint_id, id desc);
create index webhook_messages_waiting on webhook_messages (endpoint_id, next_at) where next_at is not null;
create index webhook_messages_workspace on webhook_messages (workspace_id);
create index webhook_messages_post on webhook_messages (post_id) where post_id is not null;
create index webhook_messages_target on webhook_messages (target_id) where target_id is not null;
create index webhook_messages_account on webhook_messages (channel_id) where channel_id is not null;
create index webhook_messages_term on webhook_messages ((at at time zone 'UTC'));
comment on table webhook_messages is 'an event for an endpoint, written in the transaction of the event; the workflow of the endpoint delivers it';
comment on column webhook_messages.id is 'webhook-id: the same for each try';
comment on column webhook_messages.post_id is 'the post, for events about all its accounts';
comment on column webhook_messages.state is 'of the target, review or account when it happened';
comment on column webhook_messages.next_at is 'when it is tried next; null: delivered, or given up';

create table webhook_tries (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  message_id uuid not null references webhook_messages on delete cascade,
  number int not null,
  at timestamptz not null,
  duration_ms int not null,
  status smallint,
  problem text,
  answer text not null default '' check (char_length(answer) <= 200),
  unique (message_id, number)
);
create index webhook_tries_workspace on webhook_tries (workspace_id);
comment on table webhook_tries is 'each try to deliver a message';
comment on column webhook_tries.status is 'HTTP; null: there was no answer';
comment on column webhook_tries.problem is 'why there was no answer, as a code';
comment on column webhook_tries.answer is 'the beginning of what the receiver answered';

create function tell_webhooks(workspace uuid, event text, state text, post uuid, target uuid, channel uuid, later interval) returns void language plpgsql as $$
begin
  with told as (
    insert into webhook_messages (workspace_id, endpoint_id, event, state, post_id, target_id, channel_id, next_at)
    select workspace, e.id, tell_webhooks.event, tell_webhooks.state, post, target, channel, now() + later
    from webhook_endpoints e
    where e.workspace_id = workspace and e.disabled_at is null and e.events @> array[tell_webhooks.event]
    returning endpoint_id)
  insert into outbox (kind, ref_id) select 'webhook', endpoint_id from told;
end $$;
comment on function tell_webhooks is 'writes a message for each endpoint that wants the event, and tells its workflow';

create function tell_webhooks_of_target() returns trigger language plpgsql as $$
begin
  -- The link of a published post comes some seconds later, so its message waits for that.
  perform tell_webhooks(new.workspace_id,
    case new.state when 'published' then 'post.published' when 'failed' then 'post.failed' else 'post.needs_attention' end,
    new.state, null, new.id, null,
    case when new.state = 'published' and new.permalink is null then interval '10 seconds' else interval '0' end);
  return null;
end $$;
comment on function tell_webhooks_of_target is 'a post was published on an account, or was not';
create trigger targets_tell_webhooks after update of state on targets for each row
  when (old.state is distinct from new.state and new.state in ('published', 'failed', 'unconfirmed', 'missed'))
  execute function tell_webhooks_of_target();

create function tell_webhooks_of_review() returns trigger language plpgsql as $$
begin
  perform tell_webhooks(new.workspace_id,
    case new.state when 'waiting' then 'review.requested' when 'changes' then 'review.changes_requested' else 'review.' || new.state end,
    new.state, new.post_id, null, null, interval '0');
  return null;
end $$;
comment on function tell_webhooks_of_review is 'approval was asked for or given, changes were requested, or the post is held';
create trigger reviews_tell_webhooks_first after insert on reviews for each row
  when (new.state in ('waiting', 'changes', 'approved', 'held')) execute function tell_webhooks_of_review();
create trigger reviews_tell_webhooks after update of state, stage, round on reviews for each row
  when (new.state in ('waiting', 'changes', 'approved', 'held')
    and (old.state <> new.state or old.stage <> new.stage or old.round <> new.round))
  execute function tell_webhooks_of_review();

create function tell_webhooks_of_account() returns trigger language plpgsql as $$
begin
  perform tell_webhooks(new.workspace_id, 'account.needs_reconnect', 'reconnect', null, null, new.id, interval '0');
  return null;
end $$;
comment on function tell_webhooks_of_account is 'one account needs to be reconnected';
create trigger channels_tell_webhooks after update of state on channels for each row
  when (old.state = 'connected' and new.state = 'reconnect') execute function tell_webhooks_of_account();

create function tell_webhooks_of_grant() returns trigger language plpgsql as $$
begin
  perform tell_webhooks(c.workspace_id, 'account.needs_reconnect', 'reconnect', null, null, c.id, interval '0')
  from channels c where c.grant_id = new.id and c.state = 'connected';
  return null;
end $$;
comment on function tell_webhooks_of_grant is 'the accounts of a connection need to be reconnected';
create trigger grants_tell_webhooks after update of state on grants for each row
  when (old.state = 'active' and new.state = 'reauthorize') execute function tell_webhooks_of_grant();

alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('failed', 'unconfirmed', 'missed', 'inbox', 'comment', 'canceled',
  'ending', 'ended', 'disconnected', 'asked', 'erased', 'left', 'unread', 'review', 'reminder', 'escalated', 'held', 'approved', 'changes', 'webhook'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,inbox,comment,canceled,ending,ended,disconnected,asked,erased,left,unread,review,reminder,escalated,held,approved,changes,webhook}';
update users set notices_by_mail = notices_by_mail || '{webhook}';
