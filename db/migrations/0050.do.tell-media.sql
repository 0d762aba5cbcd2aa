create function tell_media() returns trigger language plpgsql as $$
begin
  perform pg_notify('media', concat_ws(' ', new.workspace_id, new.id));
  return null;
end $$;
comment on function tell_media() is 'workspace and media: pages that show the file are rendered again';
create trigger media_tell after update of conversion, conversion_share on media for each row
  when (old.conversion is distinct from new.conversion or old.conversion_share is distinct from new.conversion_share)
  execute function tell_media();
