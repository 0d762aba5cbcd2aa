-- A deleted draft can be taken back for a while. It has no time, so that no calendar counts it.
alter table posts drop constraint posts_state_check;
alter table posts add constraint posts_state_check check (state in ('draft', 'scheduled', 'discarded'));
alter table posts drop constraint posts_scheduled_has_time;
alter table posts add constraint posts_scheduled_has_time check (state <> 'scheduled' or due_at is not null);
alter table posts add constraint posts_discarded_without_time check (state <> 'discarded' or due_at is null);
create index posts_discarded on posts (updated_at) where state = 'discarded';
comment on column posts.state is 'discarded: a draft that a person deleted; Undo brings it back until the sweep deletes it';
