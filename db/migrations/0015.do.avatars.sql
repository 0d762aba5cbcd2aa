create table avatars (
  channel_id uuid primary key references channels on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  content_type text not null check (content_type in ('image/jpeg', 'image/png', 'image/webp')),
  picture bytea not null,
  sha256 bytea not null,
  fetched_at timestamptz not null,
  constraint avatars_small check (octet_length(picture) <= 524288)
);
comment on table avatars is 'promise: D1, D2: the profile picture of a connected account, copied once a day; our pages load it from us, never from the platform';
comment on column avatars.sha256 is 'of the picture: tells browsers whether theirs is still the newest';

-- The address of the picture at the platform was stored with the account and shown nowhere.
update channels set settings = settings - 'avatarUrl' where settings ? 'avatarUrl';

create function forget_avatar() returns trigger language plpgsql as $$
begin
  delete from avatars where channel_id = new.id;
  return null;
end $$;
comment on function forget_avatar is 'whoever disconnects an account, its picture goes in the same transaction';
create trigger channels_forget_avatar after update of state on channels for each row
  when (new.state = 'disconnected') execute function forget_avatar();
