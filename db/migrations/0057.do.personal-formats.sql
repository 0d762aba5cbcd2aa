-- How each person wants dates and times to be written, and whether single keys do something.
alter table users
  add column hours smallint not null default 12 check (hours in (12, 24)),
  add column date_order text not null default 'mdy' check (date_order in ('mdy', 'dmy', 'ymd')),
  add column week_start smallint not null default 1 check (week_start in (1, 6, 7)),
  add column has_shortcuts boolean not null default true;
comment on column users.hours is 'a clock of 12 or 24 hours; chosen by the language of the browser when the person joined, or by the person';
comment on column users.date_order is 'mdy: Thu, Dec 17; dmy: Thu 17 Dec; ymd: 2026-12-17';
comment on column users.week_start is 'the first day of the week: 1 Monday, 6 Saturday, 7 Sunday';
comment on column users.has_shortcuts is 'whether single keys such as N do something';
