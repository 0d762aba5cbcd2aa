alter table deletion_requests add column code_sealed text;
alter table deletion_requests drop constraint deletion_requests_forgets,
  add constraint deletion_requests_forgets check (finished_at is null or (user_id is null and issuer_user_id is null and code_sealed is null));
comment on column deletion_requests.code_sealed is 'sealed by the vault: the code of a person''s request, so that a second tab is shown the same page; null once it is done';
