-- Links under which clients, who have no account, look at posts and decide about them.
create table review_links (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  name text not null check (char_length(name) between 1 and 80),
  token_hash bytea not null unique,
  passphrase_hash text,
  from_day date,
  to_day date,
  channel_ids uuid[] not null default '{}',
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  opens int not null default 0,
  opened_at timestamptz,
  check ((from_day is null) = (to_day is null) and from_day <= to_day),
  check (expires_at > created_at)
);
create index review_links_workspace on review_links (workspace_id, id desc);
create index review_links_maker on review_links (user_id);
comment on table review_links is 'secret links under which clients review posts without an account';
comment on column review_links.user_id is 'who made it; it works only while this person may approve posts';
comment on column review_links.name is 'what the client reads, such as December posts';
comment on column review_links.token_hash is 'SHA-256 of the code in the link, which is shown once';
comment on column review_links.passphrase_hash is 'Argon2id; null: the link alone is enough';
comment on column review_links.from_day is 'the link shows what is due on these days in the time zone of the workspace, looked up at each view; null: the posts of review_link_posts';
comment on column review_links.channel_ids is 'of a span: only posts for one of these accounts; empty: all accounts';
comment on column review_links.ended_at is 'a member revoked it, or the rights of its maker ended';
comment on column review_links.opens is 'how often its page was opened';
comment on column review_links.opened_at is 'when its page was last opened';

create table review_link_posts (
  link_id uuid not null references review_links on delete cascade,
  post_id uuid not null references posts on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  primary key (link_id, post_id)
);
create index review_link_posts_post on review_link_posts (post_id);
create index review_link_posts_workspace on review_link_posts (workspace_id);
comment on table review_link_posts is 'the posts of a link that was made for chosen ones';

create table client_reviewers (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  link_id uuid not null references review_links on delete cascade,
  name text not null check (char_length(name) between 1 and 100),
  cookie_hash bytea not null unique,
  created_at timestamptz not null
);
create index client_reviewers_link on client_reviewers (link_id);
create index client_reviewers_workspace on client_reviewers (workspace_id);
comment on table client_reviewers is 'clients who review posts by a link, known by this link only; deleted with it';
comment on column client_reviewers.name is 'as the client typed it';
comment on column client_reviewers.cookie_hash is 'SHA-256 of the code in the cookie of the client''s browser';

alter table review_decisions
  add column by_client boolean not null default false,
  add column reviewer_id uuid references client_reviewers on delete set null;
create index review_decisions_client on review_decisions (reviewer_id) where reviewer_id is not null;
comment on column review_decisions.by_client is 'a client decided by a review link; then user_id is null';
comment on column review_decisions.reviewer_id is 'the client; null: a member, or the link has been deleted since';

