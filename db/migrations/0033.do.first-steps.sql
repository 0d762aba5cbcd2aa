alter table workspaces add column set_up_at timestamptz;
comment on column workspaces.set_up_at is 'when accounts were connected, a post was written and people were invited; null: Today still shows the first steps';
alter table memberships add column steps_dismissed_at timestamptz;
comment on column memberships.steps_dismissed_at is 'when this person dismissed the first steps on Today; null: not dismissed';
