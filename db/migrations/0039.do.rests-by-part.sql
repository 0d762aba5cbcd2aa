-- Followers, the account's days and posts rest apart: one that fails does not take the others with it.
alter table measured_channels add column rests jsonb not null default '{}';
alter table measured_channels add column days_at timestamptz;
update measured_channels set days_at = next_at;
alter table measured_channels alter column days_at set default now();
update measured_channels set rests = jsonb_build_object('posts', jsonb_strip_nulls(jsonb_build_object(
  'problem', problem, 'at', coalesce(problem_at, now()), 'until', rest_until, 'failures', failures)))
where problem is not null;
alter table measured_channels drop column failures;
comment on table measured_channels is 'when the account''s own numbers are asked next, and why measuring rests';
comment on column measured_channels.next_at is 'when the followers are asked next';
comment on column measured_channels.days_at is 'when the numbers of one of the account''s days are asked next; null where the platform has none';
comment on column measured_channels.rests is 'by part (followers, days, posts): what went wrong last, since when, and until when this part rests';
comment on column measured_channels.rest_until is 'of the part that rests longest: pages read it';
