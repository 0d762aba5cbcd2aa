create table erased_ids (
  hash bytea primary key,
  salt bytea not null,
  kind text not null check (kind in ('user', 'workspace', 'grant', 'channel')),
  erased_at timestamptz not null default now()
);
create index erased_ids_kind on erased_ids (kind);
create index erased_ids_term on erased_ids (erased_at);
comment on table erased_ids is 'promise: E3: salted hashes of ids that were deleted, so that a restored backup cannot bring them back; no id can be read from it';

create function remember_erased() returns trigger language plpgsql as $$
declare
  salt bytea := uuid_send(gen_random_uuid());
begin
  insert into erased_ids (hash, salt, kind) values (sha256(salt || convert_to(old.id::text, 'UTF8')), salt, tg_argv[0]);
  return null;
end $$;
comment on function remember_erased is 'whatever deletes a person, a workspace, an authorization or an account, a restore deletes it again';
create trigger users_remember_erased after delete on users for each row execute function remember_erased('user');
create trigger workspaces_remember_erased after delete on workspaces for each row execute function remember_erased('workspace');
create trigger grants_remember_erased after delete on grants for each row execute function remember_erased('grant');
create trigger channels_remember_erased after delete on channels for each row execute function remember_erased('channel');

alter table deletion_requests drop constraint deletion_requests_origin_check;
alter table deletion_requests add constraint deletion_requests_origin_check
  check (origin in ('account', 'page', 'issuer', 'retention', 'restore'));
comment on column deletion_requests.origin is 'restore: a backup brought back a person who had been deleted since';
