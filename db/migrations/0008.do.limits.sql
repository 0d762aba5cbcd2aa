-- How much the platforms take: nothing is called that would be refused, and nobody is asked twice whether a post is meant twice.

create table limits (
  subject text not null,
  holds text[] not null,
  until timestamptz not null,
  words text not null,
  primary key (subject, holds)
);
comment on table limits is 'what a platform does not take for a time; written when it says so, looked at before every call';
comment on column limits.subject is 'whom it holds: channel:<id>, grant:<id> (all accounts of one consent), issuer:<name> (the whole installation there)';
comment on column limits.holds is 'which calls: reading (numbers), asking (what became of a post), preparing, sending';

create table turns (
  channel_id uuid not null references channels on delete cascade,
  name text not null,
  at timestamptz not null
);
create index turns_channel on turns (channel_id, name, at);
comment on table turns is 'calls that a platform counts by the minute, of each account; older ones are deleted with the next';

create index targets_channel on targets (channel_id, due_at);
