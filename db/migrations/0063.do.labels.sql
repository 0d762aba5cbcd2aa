-- Labels of posts, by which a team finds them again in the calendar and in exports.
create table labels (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  name text not null check (name <> ''),
  name_key text not null check (name_key <> ''),
  color text not null check (color in ('red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink', 'gray')),
  created_at timestamptz not null default now(),
  unique (workspace_id, name_key)
);
comment on table labels is 'labels that the members of a workspace give its posts; at most 200 in a workspace';
comment on column labels.name_key is 'the name in lower case (written by the server, because a database whose locale is C knows A to Z only): no two labels differ only by case';
comment on column labels.color is 'the name of a color, drawn as a dot beside the name';

create table post_labels (
  post_id uuid not null references posts on delete cascade,
  label_id uuid not null references labels on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  primary key (post_id, label_id)
);
create index post_labels_label on post_labels (label_id, post_id);
create index post_labels_workspace on post_labels (workspace_id);
comment on table post_labels is 'the labels of a post, at most 20';
