create table policy_letters (
  version text not null references policy_versions on delete cascade,
  user_id uuid not null references users on delete cascade,
  mailed_at timestamptz,
  primary key (version, user_id)
);
create index policy_letters_open on policy_letters (version) where mailed_at is null;
comment on table policy_letters is 'promise: L3: who is told by mail of a material change of the policy, each once';

alter table mail_links drop constraint mail_links_purpose_check,
  add constraint mail_links_purpose_check check (purpose in ('deletion', 'email', 'email-back', 'export')),
  drop constraint mail_links_email,
  add constraint mail_links_email check ((purpose in ('email', 'email-back')) = (new_email is not null));
comment on column mail_links.new_email is 'promise: E2: email: the address to change to; email-back: the former one, which is told and can take the change back';
