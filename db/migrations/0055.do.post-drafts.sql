-- What people type in the composer is saved while they write: the states of a post, and edits that aren't part of it yet.
create table post_versions (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  post_id uuid not null references posts on delete cascade,
  user_id uuid references users on delete set null,
  version int not null,
  form jsonb not null check (jsonb_typeof(form) = 'object'),
  began_at timestamptz not null default now(),
  saved_at timestamptz not null default now()
);
create index post_versions_post on post_versions (post_id, saved_at desc);
create index post_versions_workspace on post_versions (workspace_id);
create index post_versions_author on post_versions (user_id) where user_id is not null;
create index post_versions_term on post_versions ((saved_at at time zone 'UTC'));
comment on table post_versions is 'saved states of a post, the last 20: to look at, and to restore';
comment on column post_versions.user_id is 'who saved it; null: the state before the first edit that was recorded';
comment on column post_versions.version is 'of the post with this state; 0: an edit from another tab that was never part of the post';
comment on column post_versions.form is 'the fields of the composer as typed, also what a post can''t hold, such as a time that doesn''t exist';
comment on column post_versions.began_at is 'what one person types within five minutes is one state';

create table unsaved_edits (
  post_id uuid not null references posts on delete cascade,
  user_id uuid not null references users on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  version int not null,
  form jsonb not null check (jsonb_typeof(form) = 'object'),
  saved_at timestamptz not null default now(),
  primary key (post_id, user_id)
);
create index unsaved_edits_workspace on unsaved_edits (workspace_id);
create index unsaved_edits_person on unsaved_edits (user_id);
create index unsaved_edits_term on unsaved_edits ((saved_at at time zone 'UTC'));
comment on table unsaved_edits is 'a person''s edit of a post that isn''t part of it: the post is scheduled and Save wasn''t pressed, or somebody else changed it';
comment on column unsaved_edits.version is 'of the post that the edit was made from';
comment on column unsaved_edits.form is 'the fields of the composer as typed; only this person sees them';
