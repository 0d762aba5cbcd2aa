-- What the measurers need beside the numbers. A snapshot can be there only once.
drop index snapshots_target;
alter table snapshots add primary key (target_id, taken_at);

alter table measured_channels add column failures int not null default 0;
comment on column measured_channels.failures is 'rounds in a row that did not get through; rest_until grows with them';

alter table metric_names add column about text not null default 'posts' check (about in ('posts', 'account'));
alter table metric_names drop constraint metric_names_pkey;
alter table metric_names add primary key (platform, version, about, name);
comment on column metric_names.about is 'the same name may live on for the whole account and be gone for single posts';
