-- Reports that are sent by email after each week or month, to people who confirmed their address.
create table report_schedules (
  report_id uuid primary key,
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid,
  hour smallint not null check (hour between 0 and 23),
  handled_to date not null,
  created_at timestamptz not null default now(),
  foreign key (workspace_id, report_id) references reports (workspace_id, id) on delete cascade,
  -- Emails stop with the membership of the person who turned them on.
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete set null (user_id)
);
create index report_schedules_workspace on report_schedules (workspace_id, report_id);
create index report_schedules_user on report_schedules (user_id) where user_id is not null;
comment on table report_schedules is 'reports that are sent by email; the period of the report says how often';
comment on column report_schedules.user_id is 'who turned the emails on; null: that person left or closed the account, so nothing is sent';
comment on column report_schedules.hour is 'when they go out, on the day after the period, by the clock of the workspace';
comment on column report_schedules.handled_to is 'the last day of the newest period that has been sent, or had ended when the emails were turned on';

create table report_readers (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  report_id uuid not null,
  email text not null check (char_length(email) between 3 and 254),
  code_hash bytea unique,
  asked_at timestamptz not null,
  confirmed_at timestamptz,
  refused_at timestamptz,
  unique (report_id, email),
  foreign key (workspace_id, report_id) references reports (workspace_id, id) on delete cascade
);
create index report_readers_workspace on report_readers (workspace_id, report_id);
create index report_readers_email on report_readers (email);
comment on table report_readers is 'addresses that get a report by email, once they have confirmed it; at most 20 for each report';
comment on column report_readers.code_hash is 'SHA-256 of the code in the email that asks for confirmation; null: that email has not been sent yet';
comment on column report_readers.asked_at is 'an address that is not confirmed seven days after that is deleted';
comment on column report_readers.refused_at is 'when its mail server last refused an email for good; null: never, or the newest one was accepted';

create table report_mails (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  report_id uuid not null,
  reader_id uuid not null references report_readers on delete cascade,
  from_day date not null,
  to_day date not null check (to_day >= from_day),
  code_hash bytea unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  mailing_until timestamptz,
  sent_at timestamptz,
  unique (reader_id, to_day),
  foreign key (workspace_id, report_id) references reports (workspace_id, id) on delete cascade
);
create index report_mails_workspace on report_mails (workspace_id);
create index report_mails_report on report_mails (report_id);
create index report_mails_created on report_mails ((created_at at time zone 'UTC'));
comment on table report_mails is 'one email with a report, to one reader about one period';
comment on column report_mails.code_hash is 'SHA-256 of the code in the email, which shows the report of these days and ends the emails';
comment on column report_mails.expires_at is 'until when the link shows the report; it ends the emails as long as the row exists';
comment on column report_mails.mailing_until is 'a worker is sending it until then';

create function tell_report_schedule() returns trigger language plpgsql as $$
begin
  insert into outbox (kind, ref_id) values ('report', coalesce(new.report_id, old.report_id));
  return null;
end $$;
comment on function tell_report_schedule is 'the emails of a report were turned on, changed or ended';
create trigger report_schedules_tell_first after insert or delete on report_schedules for each row
  execute function tell_report_schedule();
create trigger report_schedules_tell after update of user_id, hour on report_schedules for each row
  when (old.user_id is distinct from new.user_id or old.hour <> new.hour) execute function tell_report_schedule();

create function tell_schedule_of_report() returns trigger language plpgsql as $$
begin
  insert into outbox (kind, ref_id) select 'report', report_id from report_schedules where report_id = new.id;
  return null;
end $$;
comment on function tell_schedule_of_report is 'the periods of a report changed';
create trigger reports_tell_schedule after update of period, week_start on reports for each row
  when (old.period <> new.period or old.week_start <> new.week_start) execute function tell_schedule_of_report();

create function tell_schedules_of_workspace() returns trigger language plpgsql as $$
begin
  insert into outbox (kind, ref_id) select 'report', report_id from report_schedules where workspace_id = new.id;
  return null;
end $$;
comment on function tell_schedules_of_workspace is 'the time zone of a workspace changed';
create trigger workspaces_tell_schedules after update of zone on workspaces for each row
  when (old.zone <> new.zone) execute function tell_schedules_of_workspace();
