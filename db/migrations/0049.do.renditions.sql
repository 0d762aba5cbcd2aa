create table renditions (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces (id) on delete cascade,
  media_id uuid not null references media (id) on delete cascade,
  recipe text not null check (length(recipe) <= 300),
  edits text not null default '' check (length(edits) <= 300),
  state text not null default 'waiting' check (state in ('waiting', 'ready', 'failed')),
  share real,
  problem text,
  store_key text unique,
  content_type text,
  size_bytes bigint,
  sha256 bytea,
  width integer,
  height integer,
  duration_ms integer,
  created_at timestamptz not null default now(),
  constraint renditions_once unique (media_id, recipe, edits),
  constraint renditions_made check (
    state <> 'ready' or num_nulls(store_key, content_type, size_bytes, sha256, width, height) = 0)
);
create index renditions_waiting on renditions (media_id) where state = 'waiting';
create index renditions_workspace on renditions (workspace_id);
comment on table renditions is 'promise: D3: files that were made from an upload because a platform takes it only smaller or in another shape, or because a post crops or trims it';
comment on column renditions.recipe is 'what the platform takes, as media/recipes.ts writes it';
comment on column renditions.edits is 'what a person changed in a post, as text; empty: nothing';
comment on column renditions.store_key is 'name in the media store, random; while the file is made there may be nothing under it';
comment on column renditions.share is 'how much of it is made, from 0 to 1';
comment on column renditions.problem is 'why it cannot be made, a sentence for people';

alter table media_links add column rendition_id uuid references renditions (id) on delete set null;
create index media_links_rendition on media_links (rendition_id) where rendition_id is not null;
comment on column media_links.rendition_id is 'the file that is served, if it is not the one of the media row';
comment on column media.original_key is 'name in the media store, random, of the file as it came, from which others are made; nothing serves it';
