-- What the insights page needs to say the truth when readings were late, a zone changed or an account joined.
alter table channel_days add column grown_since date;
comment on column channel_days.grown_since is 'posts were read late, so this day holds their growth since the reading on that earlier day; null: everything was read when it was due';
create index channel_days_late on channel_days (workspace_id, day) where grown_since is not null;
create index channel_days_followers on channel_days (channel_id, day) where followers is not null;

alter table measured_targets add column views_at_day bigint;
alter table measured_targets add column views_at_week bigint;
comment on column measured_targets.views_at_day is 'views as read 23 to 30 hours after it went out; null: not read then';
comment on column measured_targets.views_at_week is 'views as read 6.75 to 7.5 days after it went out; null: not read then';

update measured_targets m set
  views_at_day = (
    select s.views from snapshots s
    where s.target_id = m.target_id and s.views is not null
      and s.taken_at > m.published_at and s.taken_at <= m.published_at + interval '30 hours'
      and coalesce(case when s.taken_at = m.changed_at then m.taken_at else s.last_seen_at end, s.taken_at)
        >= m.published_at + interval '23 hours'
    order by s.taken_at desc limit 1),
  views_at_week = (
    select s.views from snapshots s
    where s.target_id = m.target_id and s.views is not null
      and s.taken_at > m.published_at and s.taken_at <= m.published_at + interval '180 hours'
      and coalesce(case when s.taken_at = m.changed_at then m.taken_at else s.last_seen_at end, s.taken_at)
        >= m.published_at + interval '162 hours'
    order by s.taken_at desc limit 1);

alter table measured_channels add column unread_told_at timestamptz;
comment on column measured_channels.unread_told_at is 'when admins were last told that readings of this account are overdue; once for each time that readings stop';

alter table workspaces add column earlier_zones jsonb not null default '[]';
comment on column workspaces.earlier_zones is 'time zones that the workspace had before, each with the moment until when: days of insights are those of the zone at that time';

alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check
  check (kind in ('failed', 'unconfirmed', 'missed', 'canceled', 'ending', 'ended', 'disconnected', 'erased', 'left', 'asked', 'unread'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,canceled,ending,ended,disconnected,asked,erased,left,unread}';
update users set notices_by_mail = array_append(notices_by_mail, 'unread');
