-- Two migrations of one day each named the kinds they knew: both are meant.
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('failed', 'unconfirmed', 'missed', 'comment', 'canceled', 'ending',
  'ended', 'disconnected', 'asked', 'erased', 'left', 'unread'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,comment,canceled,ending,ended,disconnected,asked,erased,left,unread}';
update users set notices_by_mail = array_append(notices_by_mail, 'unread') where not 'unread' = any(notices_by_mail);
