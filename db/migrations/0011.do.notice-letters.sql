-- A notice is mailed by one process at a time.
alter table notices add column mailing_until timestamptz;
comment on column notices.mailing_until is 'somebody is mailing it until then; afterwards it may be mailed by another';
