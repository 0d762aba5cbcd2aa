-- Secret links under which calendar programs and feed readers read the posts of a workspace.
create table feeds (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  kind text not null check (kind in ('calendar', 'own-calendar', 'published')),
  code_hash bytea not null unique,
  created_at timestamptz not null,
  last_read_on date,
  unique (workspace_id, user_id, kind),
  -- A feed ends with the membership of the person who made it.
  foreign key (workspace_id, user_id) references memberships (workspace_id, user_id) on delete cascade
);
create index feeds_user on feeds (user_id);
comment on table feeds is 'secret links for calendar programs and feed readers; at most one of each kind for each member of a workspace';
comment on column feeds.kind is 'calendar: all posts of the workspace; own-calendar: those that the person made; published: what was published, as RSS';
comment on column feeds.code_hash is 'SHA-256 of the code in the link, which is shown once';
comment on column feeds.last_read_on is 'the day in UTC when a program last read it';
