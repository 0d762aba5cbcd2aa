-- A manager asks the admins to reconnect or renew a connection.
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check
  check (kind in ('failed', 'unconfirmed', 'missed', 'canceled', 'ending', 'ended', 'disconnected', 'asked'));
create index notices_asked on notices (grant_id, created_at) where kind = 'asked';

alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,canceled,ending,ended,disconnected,asked}';
update users set notices_by_mail = array_append(notices_by_mail, 'asked');
