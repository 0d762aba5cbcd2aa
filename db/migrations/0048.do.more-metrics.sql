-- Metrics that only some platforms have. Each platform declares them, so a new one needs no column.
alter table snapshots add column more jsonb not null default '{}';
alter table measured_targets add column more jsonb not null default '{}';
alter table elsewhere_posts add column more jsonb not null default '{}';
alter table snapshots add constraint snapshots_more_are_numbers check (jsonb_typeof(more) = 'object' and not jsonb_path_exists(
  more, 'strict $.* ? (@.type() != "number" || @ < 0 || @ > 9007199254740991 || @.floor() != @)'));
alter table measured_targets add constraint measured_targets_more_are_numbers check (jsonb_typeof(more) = 'object' and not jsonb_path_exists(
  more, 'strict $.* ? (@.type() != "number" || @ < 0 || @ > 9007199254740991 || @.floor() != @)'));
alter table elsewhere_posts add constraint elsewhere_posts_more_are_numbers check (jsonb_typeof(more) = 'object' and not jsonb_path_exists(
  more, 'strict $.* ? (@.type() != "number" || @ < 0 || @ > 9007199254740991 || @.floor() != @)'));
comment on column snapshots.more is
  'further numbers by the name that the platform''s folder declares, with their units: whole, from 0 to 2^53 - 1; a name that is missing was not given, which is not 0';
comment on column measured_targets.more is 'the newest known further numbers, by name as in snapshots; those in ended_metrics were not given the last time';
comment on column elsewhere_posts.more is 'the newest known further numbers, by name as in snapshots; those in ended_metrics were not given the last time';
