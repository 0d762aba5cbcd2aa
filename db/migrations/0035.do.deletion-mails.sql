create table deletion_mails (
  id uuid primary key default uuid_v7(),
  request_id uuid not null references deletion_requests on delete cascade,
  kind text not null check (kind in ('started', 'finished', 'workspace')),
  user_id uuid references users on delete cascade,
  content_sealed text not null,
  mailing_until timestamptz,
  created_at timestamptz not null default now(),
  constraint deletion_mails_reader check ((kind = 'workspace') = (user_id is not null))
);
create index deletion_mails_request on deletion_mails (request_id);
create index deletion_mails_user on deletion_mails (user_id);
comment on table deletion_mails is 'promise: E3: emails about a deletion that are still to be sent; a row is deleted when its email has been sent';
comment on column deletion_mails.kind is 'started, finished: to the person who is deleted; workspace: to a member of a workspace that is deleted with its only admin';
comment on column deletion_mails.user_id is 'the member who is told; null: the person who is deleted, whose address is in the content';
comment on column deletion_mails.content_sealed is 'sealed by the vault: name and address of the reader, the code, the name of the workspace; nothing but the sending reads it';
comment on column deletion_mails.mailing_until is 'somebody is sending it until then';
