-- Posts from a spreadsheet: checked first, then all made in one transaction, or none.
create table imports (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  user_id uuid not null references users on delete cascade,
  state text not null check (state in ('checked', 'importing', 'done', 'refused', 'undone')),
  state_at timestamptz not null default now(),
  rows integer not null check (rows >= 0),
  prepared integer not null default 0,
  faulty integer not null default 0 check (faulty >= 0),
  faults jsonb not null default '[]' check (jsonb_typeof(faults) = 'array'),
  twice boolean not null default false,
  created_at timestamptz not null default now()
);
create index imports_workspace on imports (workspace_id, id desc);
create index imports_person on imports (user_id);
create index imports_term on imports ((created_at at time zone 'UTC'));
create index imports_open on imports (state_at) where state = 'importing';
comment on table imports is 'imports of posts from a file; the file itself is not stored';
comment on column imports.user_id is 'who uploaded the file, and then who had its posts made, in whose name they are';
comment on column imports.state is 'checked: nothing is made yet; refused: something changed after the check, and nothing was made';
comment on column imports.rows is 'rows of the file that are posts';
comment on column imports.prepared is 'rows that the workflow has judged again; they become posts together at the end';
comment on column imports.faulty is 'rows that cannot be imported; only an import without any can start';
comment on column imports.faults is 'what is wrong, by row and column, as shown to the person; not all if there are many';
comment on column imports.twice is 'the person confirmed that the same content may go out again within a day';

create table import_rows (
  import_id uuid not null references imports on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  position integer not null,
  post_id uuid not null default uuid_v7(),
  post jsonb not null check (jsonb_typeof(post) = 'object'),
  targets jsonb check (jsonb_typeof(targets) = 'array'),
  primary key (import_id, position)
);
create index import_rows_workspace on import_rows (workspace_id);
comment on table import_rows is 'the posts of an import until they are made';
comment on column import_rows.position is 'the number of the row in the file';
comment on column import_rows.post_id is 'the id that the post will have';
comment on column import_rows.post is 'text, link, accounts, time, labels and files, as the check has read them';
comment on column import_rows.targets is 'what each account gets; null until the workflow has judged the row again';

alter table posts add column import_id uuid references imports on delete set null;
create index posts_import on posts (import_id) where import_id is not null;
comment on column posts.import_id is 'the import that made it, as long as that can be undone';

create function tell_import() returns trigger language plpgsql as $$
begin
  perform pg_notify('imports', concat_ws(' ', new.workspace_id, new.id));
  return null;
end $$;
comment on function tell_import() is 'workspace and import: the page that shows its progress is rendered again';
create trigger imports_tell after update of state, prepared on imports for each row
  when (old.state is distinct from new.state or old.prepared is distinct from new.prepared)
  execute function tell_import();
