-- Names are one line without control characters and without characters that change the direction of text; an email address is one
-- address. clean-text.ts and web/fields.ts see to both, and these keep it so whoever writes a row.
alter table users
  add constraint users_name_line check (name !~ '[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'),
  drop constraint users_email_form,
  add constraint users_email_form check (
    email = lower(email) and length(email) <= 254 and email ~ '^[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+@[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+$');
alter table workspaces
  add constraint workspaces_name_line check (name !~ '[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]');
alter table mail_links
  add constraint mail_links_new_email_form check (
    length(new_email) <= 254 and new_email ~ '^[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+@[^[:space:][:cntrl:]@,;:<>()"\[\]\\]+$');
