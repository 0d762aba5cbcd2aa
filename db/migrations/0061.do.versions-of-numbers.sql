-- A version of all that Insights of a workspace show, so that a page that was computed before is
-- used again only while nothing of it has changed. Each connection counts in a row of its own:
-- writers never wait for each other, and the sum grows with every transaction that changed something.
create table number_versions (
  workspace_id uuid not null references workspaces on delete cascade,
  writer integer not null,
  version bigint not null,
  primary key (workspace_id, writer)
) with (fillfactor = 50);
comment on table number_versions is 'the sum of a workspace''s rows changes with everything that its Insights show; read before the numbers themselves';
comment on column number_versions.writer is 'the process id of the connection; rows of ended connections are added to another one';

create function note_number_change(changed uuid) returns void language plpgsql as $$
begin
  update number_versions set version = version + 1 where workspace_id = changed and writer = pg_backend_pid();
  if not found then
    with ended as (
      delete from number_versions where workspace_id = changed and writer in (
        select v.writer from number_versions v where v.workspace_id = changed
          and not exists (select from pg_stat_activity a where a.pid = v.writer) for update skip locked)
      returning version)
    insert into number_versions (workspace_id, writer, version)
    select id, pg_backend_pid(), 1 + coalesce((select sum(version) from ended), 0) from workspaces where id = changed;
  end if;
end $$;

create function note_number_changes() returns trigger language plpgsql as $$
begin
  perform note_number_change(workspace_id) from (select distinct workspace_id from touched order by 1) t;
  return null;
end $$;

do $$
declare name text;
begin
  foreach name in array array['channel_days', 'format_days', 'measured_targets', 'elsewhere_posts', 'account_snapshots', 'measured_channels',
    'channels', 'annotations'] loop
    execute format('create trigger %I after insert on %I referencing new table as touched for each statement execute function note_number_changes()',
      name || '_number_added', name);
    execute format('create trigger %I after update on %I referencing new table as touched for each statement execute function note_number_changes()',
      name || '_number_changed', name);
    execute format('create trigger %I after delete on %I referencing old table as touched for each statement execute function note_number_changes()',
      name || '_number_gone', name);
  end loop;
end $$;

-- Of these tables, few changes concern Insights.
create function note_row_change() returns trigger language plpgsql as $$
begin
  perform note_number_change(case when tg_op = 'DELETE' then old.workspace_id else new.workspace_id end);
  return null;
end $$;
create trigger targets_number_changed after update of state, text, permalink, platform_post_id, published_at, post_id on targets for each row
  when ((old.state = 'published' or new.state = 'published')
    and (old.state is distinct from new.state or old.text is distinct from new.text or old.permalink is distinct from new.permalink
      or old.platform_post_id is distinct from new.platform_post_id or old.published_at is distinct from new.published_at
      or old.post_id is distinct from new.post_id))
  execute function note_row_change();
create trigger targets_number_added after insert on targets for each row when (new.state = 'published') execute function note_row_change();
create trigger targets_number_gone after delete on targets for each row when (old.state = 'published') execute function note_row_change();
create trigger media_number_changed after update of purged_at, thumbnail_key on media for each row
  when ((old.purged_at, old.thumbnail_key) is distinct from (new.purged_at, new.thumbnail_key)) execute function note_row_change();
create trigger media_number_gone after delete on media for each row execute function note_row_change();

create function note_zone_change() returns trigger language plpgsql as $$
begin
  perform note_number_change(new.id);
  return null;
end $$;
create trigger workspaces_number_changed after update of zone, earlier_zones on workspaces for each row
  when ((old.zone, old.earlier_zones) is distinct from (new.zone, new.earlier_zones)) execute function note_zone_change();

-- Notes show their author.
create function note_author_change() returns trigger language plpgsql as $$
begin
  perform note_number_change(workspace_id) from (select distinct workspace_id from annotations where created_by = new.id order by 1) t;
  return null;
end $$;
create trigger users_number_changed after update of name on users for each row
  when (old.name is distinct from new.name) execute function note_author_change();
