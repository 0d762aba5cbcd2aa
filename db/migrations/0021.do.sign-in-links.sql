alter table mail_links drop constraint mail_links_purpose_check,
  add constraint mail_links_purpose_check check (purpose in ('deletion', 'email', 'email-back', 'export', 'sign-in'));
comment on column mail_links.purpose is 'promise: A6: sign-in: lets a person type their password although there were too many attempts; the others as in db/mail-links.ts';
