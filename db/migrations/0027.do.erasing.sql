-- Posts stay when their platform's data is deleted: what was sent is marked "erased" and can never be sent again.
alter table targets drop constraint targets_state_check;
alter table targets add constraint targets_state_check check (state in ('scheduled', 'preparing', 'ready', 'sending', 'processing',
  'published', 'failed', 'unconfirmed', 'missed', 'canceled', 'erased'));
alter table targets add constraint targets_erased_without_platform_data check (state <> 'erased'
  or (platform_post_id is null and permalink is null and handles = '{}' and problem is null and confirmed_by is null));
comment on column targets.state is 'erased: it was sent, and later the platform''s data about it was deleted; published_at says whether it was published';

-- An account whose platform data was deleted leaves an empty row for the posts that went there.
alter table channels alter column grant_id drop not null;
alter table channels drop constraint channels_grant_id_fkey;
alter table channels add constraint channels_grant_id_fkey foreign key (grant_id) references grants on delete set null;
alter table channels add constraint channels_erased_is_empty check (grant_id is not null
  or (state = 'disconnected' and handle = '' and settings = '{}' and account_facts is null and token_sealed is null));
comment on column channels.grant_id is 'null: what the platform gave us of this account was deleted; the row stays for posts that went there';

alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('failed', 'unconfirmed', 'missed', 'canceled', 'ending', 'ended',
  'disconnected', 'asked', 'erased', 'left'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,canceled,ending,ended,disconnected,asked,erased,left}';
update users set notices_by_mail = notices_by_mail || '{erased,left}';

create table deletion_items (
  request_id uuid not null references deletion_requests on delete cascade,
  list text not null check (list in ('deleted', 'kept')),
  item text not null,
  amount integer not null check (amount > 0),
  primary key (request_id, list, item)
);
comment on table deletion_items is 'promise: E3: what a deletion request deleted and what was kept, counted in the transactions that did it; no personal data';
