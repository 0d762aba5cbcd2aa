-- A name counts as retired only after two different objects of a kind refused it alone. Before, one refusal was enough for all kinds.
delete from metric_names;
alter table metric_names drop constraint metric_names_pkey;
alter table metric_names drop column about;
alter table metric_names add column kind text not null;
alter table metric_names add column witness text not null;
alter table metric_names add column suspected_at timestamptz not null;
alter table metric_names alter column refused_at drop not null;
alter table metric_names add primary key (platform, version, kind, name);
comment on table metric_names is 'names of numbers that a platform refused; with refused_at: not asked again for a month, and shown as no longer provided';
comment on column metric_names.kind is 'of post, or account: the same name may live on for one kind and be gone for another';
comment on column metric_names.witness is 'part of a hash of the first object that refused the name, so that a second one can be told apart';
comment on column metric_names.refused_at is 'when a second object refused it; null while there is only one';

alter table measured_channels add column not_given text[] not null default '{}';
comment on column measured_channels.not_given is 'numbers that the platform does not give for this account, while it gives others of the same posts';
