-- A draft in the platform's inbox waits for its creator, which is not "going out".
alter table targets add column inbox_until timestamptz;
comment on column targets.inbox_until is 'the platform has delivered it as a draft; the creator can finish it there until then; null: not delivered as a draft';

alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('failed', 'unconfirmed', 'missed', 'inbox', 'comment', 'canceled',
  'ending', 'ended', 'disconnected', 'asked', 'erased', 'left', 'unread'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,inbox,comment,canceled,ending,ended,disconnected,asked,erased,left,unread}';
update users set notices_by_mail = array_append(notices_by_mail, 'inbox') where not 'inbox' = any(notices_by_mail);
