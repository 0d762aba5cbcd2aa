-- An account's own posts that were not made here, so that a new account's insights are not empty.
create table elsewhere_posts (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  platform_post_id text not null,
  other_ids text[] not null default '{}',
  kind text not null,
  text text not null,
  permalink text,
  published_at timestamptz not null,
  next_at timestamptz,
  taken_at timestamptz,
  absent_at timestamptz,
  views bigint,
  reach bigint,
  likes integer,
  comments integer,
  shares integer,
  saves integer,
  source text,
  unique (channel_id, platform_post_id)
);
create index elsewhere_posts_workspace on elsewhere_posts (workspace_id, published_at);
create index elsewhere_posts_due on elsewhere_posts (channel_id, next_at) where next_at is not null;
comment on table elsewhere_posts is 'promise: U3: the account''s own posts of the last 90 days that were not made here, with the newest number of each kind';
comment on column elsewhere_posts.other_ids is 'further ids of the same post, by which it is told from posts that were made here';
comment on column elsewhere_posts.text is 'the beginning of the caption';
comment on column elsewhere_posts.next_at is 'when its numbers are read next, at the ages at which posts from here are';

alter table measured_channels add column list_at timestamptz default now();
alter table measured_channels add column listed_at timestamptz;
comment on column measured_channels.list_at is 'when the account''s own posts are listed next';
comment on column measured_channels.listed_at is 'when they were last listed to the end';
