alter table media
  add column original_key text,
  add column original_bytes bigint,
  add column conversion text,
  add column conversion_began_at timestamptz,
  add column conversion_share real,
  add column conversion_problem text,
  add constraint media_original_key_unique unique (original_key),
  add constraint media_conversion_check check (conversion in ('waiting', 'failed')),
  add constraint media_conversion_original check (conversion is null or original_key is not null);
create index media_converting on media (id) where conversion = 'waiting' and purged_at is null;
comment on table media is 'promise: D3: files as they are sent: images re-encoded without EXIF, videos without what the camera wrote beside their samples';
comment on column media.store_key is 'name in the media store, random; while it is converted there is nothing yet under it, and the facts are those that it will have';
comment on column media.original_key is 'name in the media store, random, of the file as it came; only of videos that are converted; nothing serves it';
comment on column media.conversion is 'waiting: the file that is sent is still to be made; failed: it cannot be made; null: it is there';
comment on column media.conversion_share is 'how much of it is made, from 0 to 1';
comment on column media.conversion_problem is 'why it cannot be made, a sentence for people';
