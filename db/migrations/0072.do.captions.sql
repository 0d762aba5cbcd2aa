-- Texts that a team uses again: captions and groups of hashtags, inserted from the composer.
create table captions (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  kind text not null check (kind in ('caption', 'hashtags')),
  name text not null check (name <> ''),
  name_key text not null check (name_key <> ''),
  text text not null check (text <> ''),
  created_at timestamptz not null default now(),
  unique (workspace_id, name_key)
);
comment on table captions is 'captions and groups of hashtags that the members of a workspace saved to insert into posts; at most 300 in a workspace';
comment on column captions.kind is 'caption, or hashtags for a group of hashtags';
comment on column captions.name_key is 'the name in lower case, written by the server: no two have names that differ only by case';
comment on column captions.text is 'what is inserted; a post keeps its own copy';
