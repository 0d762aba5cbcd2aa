-- The search of the calendar didn't find a word right after a curly quote or an emoji: in a database
-- whose locale is C, Postgres takes them for letters. So everything that is no letter or digit
-- becomes a space first. The ranges are code points, which mean the same in every locale.
create function words_of_post(text text, variants jsonb) returns tsvector
  language sql immutable parallel safe
  return to_tsvector('simple', regexp_replace(
    text || ' ' || coalesce((select string_agg(value #>> '{}', ' ')
      from jsonb_path_query(variants, 'strict $.**') value where jsonb_typeof(value) = 'string'), ''),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u245f\u2500-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\ufe00-\ufe6f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufffc\ufffd\U0001f000-\U0001faff\U000e0000-\U000e0fff]+',
    ' ', 'g'));
comment on function words_of_post is 'the words in the texts of a post for all its platforms, the same in a database of every locale';

drop index posts_words;
create index posts_words on posts using gin (words_of_post(text, variants));
