alter table post_media add column edits jsonb check (jsonb_typeof(edits) = 'object');
comment on column post_media.edits is
  'crop in fractions of the rotated picture, rotation in degrees, trim in milliseconds: {"crop": {…}, "rotate": 90, "trim": {…}}; null if the file is used as it is';
