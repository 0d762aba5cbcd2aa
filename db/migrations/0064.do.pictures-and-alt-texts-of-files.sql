alter table media
  add column medium_key text,
  add column alt_text text not null default '' check (length(alt_text) <= 5000),
  add column alt_text_by uuid references users (id) on delete set null,
  add constraint media_medium_key_unique unique (medium_key);
comment on column media.original_key is
  'name in the media store, random, of the file as it came, from which others are made; only members of the workspace can download it';
comment on column media.medium_key is
  'name in the media store, random, of a WebP about 1080 pixels wide for our own pages; null until it is made';
comment on column media.alt_text is 'what the file shows; a post starts with it and keeps a copy';
comment on column media.alt_text_by is 'who wrote the alt text last; null after that person is deleted';

update media set alt_text = latest.alt_text, alt_text_by = latest.created_by
from (
  select distinct on (pm.media_id) pm.media_id, left(pm.alt_text, 5000) as alt_text, p.created_by
  from post_media pm join posts p on p.id = pm.post_id
  where pm.alt_text <> '' order by pm.media_id, p.updated_at desc) latest
where latest.media_id = media.id;
