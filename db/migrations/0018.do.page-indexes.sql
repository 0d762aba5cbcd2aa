-- Each list of a page is found by an index of its own, so that no page reads more as the history grows. The partial indexes hold only
-- rows that wait for something: their size follows the work at hand, not the years.

create index targets_waiting on targets (channel_id, due_at) where state in ('scheduled', 'preparing', 'ready');
comment on index targets_waiting is 'upcoming posts of an account';

create index targets_to_settle on targets (workspace_id, state_at desc)
  where state in ('failed', 'unconfirmed', 'missed') and finished_at is null;
comment on index targets_to_settle is 'posts that need attention';

create index targets_unfinished on targets (state_at)
  where state in ('sending', 'processing') or (state = 'published' and finished_at is null);
comment on index targets_unfinished is 'sent posts whose outcome or receipt is not complete';

create index posts_dated_drafts on posts (workspace_id, due_at) where state = 'draft';
comment on index posts_dated_drafts is 'drafts with a time, for the calendar of one account';

create index notices_unseen on notices (user_id, workspace_id) where seen_at is null;

-- Lists go by id, which follows the time; an index on the time itself made each page of the list sort all rows.
create index events_list on events (workspace_id, id desc);
drop index events_workspace;
create index media_list on media (workspace_id, id desc);
drop index media_workspace;
