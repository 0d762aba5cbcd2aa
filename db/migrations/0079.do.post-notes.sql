-- What a team writes about a post for itself. It is read and written apart from the post, so that no
-- answer or page that shows posts to others can contain it.
alter table posts add column note text not null default '' check (char_length(note) <= 2000);
comment on column posts.note is 'internal note: only members of the workspace see it; never sent to a platform, and in no answer of the API';
