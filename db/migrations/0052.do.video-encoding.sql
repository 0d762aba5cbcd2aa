alter table media add column encoding jsonb check (jsonb_typeof(encoding) = 'object');
comment on column media.encoding is
  'how the video is encoded: kilobits a second, pixel format, interlaced or not, rate in Hz and channels of its sound; null: a picture, still being converted, or from before it was read';
