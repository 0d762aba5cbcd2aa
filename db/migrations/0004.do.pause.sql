alter table workspaces add column paused_at timestamptz;
alter table workspaces add column paused_by uuid references users on delete set null;
comment on column workspaces.paused_at is 'since then nothing of the workspace is sent; what came due waits for a person';

create table installation (
  one boolean primary key default true check (one),
  paused_at timestamptz
);
insert into installation default values;
comment on table installation is 'what holds for the whole installation; one row';
comment on column installation.paused_at is 'since then nothing is sent anywhere; set and ended by operators';
