-- The version of a post rises with every change of what goes out, where and when, whoever writes it: an older form cannot undo a newer decision.

create function raise_post_version() returns trigger language plpgsql as $$
begin
  if new.version = old.version then
    new.version := old.version + 1;
  end if;
  return new;
end $$;
create trigger posts_version before update on posts for each row
  when (old.state is distinct from new.state or old.text is distinct from new.text or old.link is distinct from new.link
    or old.variants is distinct from new.variants or old.choices is distinct from new.choices or old.wall_time is distinct from new.wall_time
    or old.zone is distinct from new.zone or old.due_at is distinct from new.due_at)
  execute function raise_post_version();

create function raise_version_of_post() returns trigger language plpgsql as $$
begin
  update posts set version = version + 1 where id = new.post_id;
  return null;
end $$;
-- Progress at the platform (preparing, ready, sent, published, refused) is nobody's decision and raises nothing.
create trigger targets_version after update on targets for each row
  when (old.revision <> new.revision or old.due_at <> new.due_at
    or (old.state = 'canceled') <> (new.state = 'canceled')
    or (old.finished_at is null and new.finished_at is not null and new.state in ('failed', 'missed', 'unconfirmed')))
  execute function raise_version_of_post();

comment on column posts.version is 'rises with every change of the post or of a decision about one of its targets; a form made from an older version is refused';
