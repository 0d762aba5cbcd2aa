-- For the search of the calendar: the words of a post, in the texts of all its platforms. 'simple'
-- keeps words of every language as they are.
create index posts_words on posts using gin
  ((to_tsvector('simple', text) || jsonb_to_tsvector('simple', variants, '["string"]')));
