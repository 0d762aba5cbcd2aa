-- Labels of files, so that a team finds them again in the media library.
create table media_labels (
  media_id uuid not null references media on delete cascade,
  label_id uuid not null references labels on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  primary key (media_id, label_id)
);
create index media_labels_label on media_labels (label_id, media_id);
create index media_labels_workspace on media_labels (workspace_id);
comment on table media_labels is 'the labels of a file, at most 20';
