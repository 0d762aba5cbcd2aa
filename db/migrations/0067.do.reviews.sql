-- Approval: whose posts need it, who gives it, and what became of each review.
alter table workspaces
  add column review_of text not null default 'off' check (review_of in ('off', 'managers', 'all')),
  add column review_stages text not null default 'team' check (review_stages in ('team', 'client', 'both'));
comment on column workspaces.review_of is 'which posts go out only once they are approved: none, those last edited by someone who isn''t an admin, or all';
comment on column workspaces.review_stages is 'who approves: the team, the client, or the team and then the client';

alter table posts add column edited_by uuid references users on delete set null;
create index posts_editor on posts (edited_by) where edited_by is not null;
comment on column posts.edited_by is 'who saved its content last; null: the author, or someone who deleted their account';

create table reviewers (
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  primary key (workspace_id, user_id)
);
create index reviewers_person on reviewers (user_id);
comment on table reviewers is 'members who approve posts; in a workspace without any, its admins do';

create table reviews (
  post_id uuid primary key references posts on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  state text not null default 'waiting' check (state in ('waiting', 'changes', 'approved', 'edited', 'held')),
  state_at timestamptz not null default now(),
  stage text not null check (stage in ('team', 'client')),
  round int not null default 1 check (round > 0),
  asked_by uuid references users on delete set null,
  asked_at timestamptz not null default now(),
  told_at timestamptz,
  steps text[] not null default '{}' check (steps <@ '{day,hours,escalate}'),
  steps_due_at timestamptz,
  held_at timestamptz,
  dismissed_at timestamptz,
  content jsonb check (jsonb_typeof(content) = 'object'),
  check (state <> 'approved' or content is not null)
);
create index reviews_workspace on reviews (workspace_id, state);
create index reviews_asker on reviews (asked_by) where asked_by is not null;
create index reviews_waiting on reviews (post_id) where state = 'waiting';
comment on table reviews is 'the review of a post that someone asked for, or that the workspace requires. While there is one, the post goes out only as it was approved';
comment on column reviews.state is 'changes: changes were requested; edited: a draft was edited after it was approved; held: its time came before the approval';
comment on column reviews.stage is 'who is asked now';
comment on column reviews.round is 'how often approval was asked for, each stage counted';
comment on column reviews.told_at is 'when the reviewers were told in this round';
comment on column reviews.steps is 'the reminders that were sent for steps_due_at';
comment on column reviews.steps_due_at is 'the time of the post that the reminders were for; after a move, they are sent again';
comment on column reviews.held_at is 'accounts that were due until then wait for a person, who publishes now or moves the post, even if it was approved since';
comment on column reviews.dismissed_at is 'a person dismissed the held post from what needs attention';
comment on column reviews.content is 'the post at the latest decision: what was approved, and what a later edit is compared with';

create table review_decisions (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  post_id uuid not null references posts on delete cascade,
  round int not null,
  stage text not null check (stage in ('team', 'client')),
  decision text not null check (decision in ('approved', 'changes', 'revoked', 'withdrawn')),
  user_id uuid references users on delete set null,
  words text not null default '' check (char_length(words) <= 2000),
  decided_at timestamptz not null default now()
);
create index review_decisions_post on review_decisions (post_id, decided_at desc);
create index review_decisions_workspace on review_decisions (workspace_id);
create index review_decisions_person on review_decisions (user_id) where user_id is not null;
comment on table review_decisions is 'what reviewers decided about a post, and what they want changed';
comment on column review_decisions.user_id is 'null: the person deleted their account';
comment on column review_decisions.words is 'what should change, as typed';

create function files_of_post(post uuid) returns jsonb language plpgsql stable as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_object('id', m.media_id, 'alt', m.alt_text, 'edits', m.edits) order by m.position), '[]')
    from post_media m where m.post_id = post);
end $$;
comment on function files_of_post is 'the files of a post in their order, with what belongs to each';

create function content_of_post(post uuid) returns jsonb language plpgsql stable as $$
begin
  return (select jsonb_build_object('text', p.text, 'link', p.link, 'variants', p.variants, 'choices', p.choices, 'media', files_of_post(p.id))
    from posts p where p.id = post);
end $$;
comment on function content_of_post is 'what people approve: words, link, accounts with their settings, and files. Not the time';

create function content_of_target(kind text, text text, link text, settings jsonb) returns jsonb language sql immutable as $$
  select jsonb_build_object('kind', kind, 'text', text, 'link', link, 'settings', settings)
$$;
comment on function content_of_target is 'what one account gets, besides the files';

create function approved_content(post uuid) returns jsonb language plpgsql stable as $$
begin
  return content_of_post(post) || jsonb_build_object('accounts', (
    select coalesce(jsonb_object_agg(t.channel_id, content_of_target(t.kind, t.text, t.link, t.settings)), '{}')
    from targets t where t.post_id = post));
end $$;
comment on function approved_content is 'the content of a post and of each of its targets, to be kept with a decision';

create function needs_review(post uuid) returns boolean language plpgsql stable as $$
begin
  return (select w.review_of = 'all' or (w.review_of = 'managers' and not exists (
      select from memberships m
      where m.workspace_id = p.workspace_id and m.user_id = coalesce(p.edited_by, p.created_by) and m.role = 'admin'))
    from posts p join workspaces w on w.id = p.workspace_id where p.id = post);
end $$;
comment on function needs_review is 'whether the workspace requires approval of a post';

create function is_approved(post uuid, channel uuid, due timestamptz, goes_out jsonb) returns boolean language plpgsql stable as $$
declare
  review reviews;
begin
  select * into review from reviews r where r.post_id = post;
  if not found then
    return not needs_review(post);
  end if;
  return review.state = 'approved' and (review.held_at is null or due > review.held_at)
    and coalesce(review.content -> 'accounts' -> channel::text = goes_out, false)
    and review.content -> 'media' = files_of_post(post);
end $$;
comment on function is_approved is 'whether a target may go out exactly as it is: it was approved like this, or nobody has to approve it';

create function tell_review() returns trigger language plpgsql as $$
begin
  perform pg_notify('targets', concat_ws(' ', new.workspace_id, new.post_id, new.post_id, extract(epoch from p.due_at)::bigint))
  from posts p where p.id = new.post_id;
  return null;
end $$;
comment on function tell_review is 'workspace and post: pages that show the post are rendered again';
create trigger reviews_tell after insert or update of state, stage on reviews for each row execute function tell_review();

alter table notices add column post_id uuid references posts on delete cascade;
create index notices_post on notices (post_id) where post_id is not null;
comment on column notices.post_id is 'the post, for notices that are about all its accounts';
alter table notices drop constraint notices_kind_check;
alter table notices add constraint notices_kind_check check (kind in ('failed', 'unconfirmed', 'missed', 'inbox', 'comment', 'canceled',
  'ending', 'ended', 'disconnected', 'asked', 'erased', 'left', 'unread', 'review', 'reminder', 'escalated', 'held', 'approved', 'changes'));
alter table users alter column notices_by_mail
  set default '{failed,unconfirmed,missed,inbox,comment,canceled,ending,ended,disconnected,asked,erased,left,unread,review,reminder,escalated,held,approved,changes}';
update users set notices_by_mail = notices_by_mail || '{review,reminder,escalated,held,approved,changes}';
