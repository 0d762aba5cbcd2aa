-- Comments of members on a post, beside it. They are never sent to a platform: first comments are
-- settings of targets, with comment_attempts.
create table discussion_comments (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  post_id uuid not null references posts on delete cascade,
  answers uuid references discussion_comments on delete cascade,
  user_id uuid references users on delete set null,
  media_id uuid references media on delete set null,
  text text not null check (char_length(text) <= 2000),
  written_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by uuid references users on delete set null,
  check (answers is null or resolved_at is null)
);
create index discussion_comments_post on discussion_comments (post_id, id);
create index discussion_comments_open on discussion_comments (post_id) where answers is null and resolved_at is null;
create index discussion_comments_workspace on discussion_comments (workspace_id);
create index discussion_comments_answers on discussion_comments (answers) where answers is not null;
create index discussion_comments_media on discussion_comments (media_id) where media_id is not null;
create index discussion_comments_person on discussion_comments (user_id) where user_id is not null;
create index discussion_comments_resolver on discussion_comments (resolved_by) where resolved_by is not null;
comment on table discussion_comments is 'what members say to each other about a post: a thread beside it, never sent to a platform';
comment on column discussion_comments.answers is 'the comment that it replies to, which has no such itself; null: it starts a thread';
comment on column discussion_comments.user_id is 'null: the person deleted their account';
comment on column discussion_comments.media_id is 'the file of the post that it is about; null: the whole post';
comment on column discussion_comments.text is 'as typed, with U+FFFC in place of each mention; empty: deleted, but others have replied';
comment on column discussion_comments.resolved_at is 'of the thread that it starts';

create table discussion_mentions (
  comment_id uuid not null references discussion_comments on delete cascade,
  nth smallint not null check (nth >= 0),
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid references users on delete set null,
  primary key (comment_id, nth)
);
create index discussion_mentions_workspace on discussion_mentions (workspace_id);
create index discussion_mentions_person on discussion_mentions (user_id) where user_id is not null;
comment on table discussion_mentions is 'members that a comment names, so that a renamed person is shown by the new name';
comment on column discussion_mentions.nth is 'which U+FFFC of the text it is, from 0';
comment on column discussion_mentions.user_id is 'null: the person deleted their account';

create function tell_discussion() returns trigger language plpgsql as $$
begin
  perform pg_notify('targets', concat_ws(' ', changed.workspace_id, changed.post_id, changed.post_id, extract(epoch from p.due_at)::bigint))
  from (select coalesce(new.workspace_id, old.workspace_id) as workspace_id, coalesce(new.post_id, old.post_id) as post_id) changed
    join posts p on p.id = changed.post_id;
  return null;
end $$;
comment on function tell_discussion is 'workspace and post: pages that show the post are rendered again';
create trigger discussion_comments_tell after insert or delete or update of text, resolved_at on discussion_comments
  for each row execute function tell_discussion();

alter table notices add column comment_id uuid references discussion_comments on delete cascade;
create index notices_comment on notices (comment_id) where comment_id is not null;
comment on column notices.comment_id is 'the comment beside a post that it is about';
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('failed', 'unconfirmed', 'missed', 'inbox', 'comment', 'canceled',
  'ending', 'ended', 'disconnected', 'asked', 'erased', 'left', 'unread', 'review', 'reminder', 'escalated', 'held', 'approved', 'changes', 'webhook',
  'mentioned', 'discussed'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,inbox,comment,canceled,ending,ended,disconnected,asked,erased,left,unread,review,reminder,escalated,held,approved,changes,webhook,mentioned,discussed}';
update users set notices_by_mail = notices_by_mail || '{mentioned,discussed}';
