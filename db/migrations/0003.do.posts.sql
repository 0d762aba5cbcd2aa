create table media (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  kind text not null check (kind in ('image', 'video')),
  content_type text not null,
  file_name text not null,
  size_bytes bigint not null check (size_bytes > 0),
  sha256 bytea not null,
  width int not null,
  height int not null,
  duration_ms int,
  video_codec text,
  audio_codec text,
  fps real,
  store_key text not null,
  thumbnail_key text,
  uploaded_by uuid references users on delete set null,
  uploaded_at timestamptz not null default now(),
  purged_at timestamptz,
  constraint media_store_key_unique unique (store_key)
);
create index media_workspace on media (workspace_id, uploaded_at desc);
comment on table media is 'promise: D3: files as they are sent: images re-encoded without EXIF, videos as uploaded';
comment on column media.file_name is 'as the person called it, for the list; never part of an address';
comment on column media.store_key is 'name in the media store, random';
comment on column media.purged_at is 'promise: R4: the bytes are gone; the row stays for the history of its posts';

create table media_links (
  name text primary key,
  media_id uuid not null references media on delete cascade,
  workspace_id uuid not null references workspaces on delete cascade,
  target_id uuid,
  attempt_number int,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  first_fetched_at timestamptz,
  fetches int not null default 0,
  constraint media_links_name_form check (length(name) >= 22)
);
create index media_links_media on media_links (media_id);
create unique index media_links_attempt on media_links (target_id, attempt_number, media_id);
comment on table media_links is 'promise: D4: public addresses /media/<name>; one for the workspace''s own pages, one for every attempt that a platform fetches from';
comment on column media_links.name is '128 random bits or more';
comment on column media_links.retired_at is 'from then on 410: an attempt that was given up can never come true';
comment on column media_links.first_fetched_at is 'when somebody first read it: proof whether a platform ever came for the file';

create table posts (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  state text not null default 'draft' check (state in ('draft', 'scheduled')),
  text text not null default '',
  link text,
  variants jsonb not null default '{}',
  choices jsonb not null default '{}',
  wall_time text,
  zone text,
  due_at timestamptz,
  version int not null default 1,
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint posts_scheduled_has_time check (state = 'draft' or due_at is not null)
);
create index posts_workspace on posts (workspace_id, due_at);
create index posts_drafts on posts (workspace_id, updated_at desc) where state = 'draft';
comment on table posts is 'promise: D3: what was composed; what became of it is in targets';
comment on column posts.variants is 'text for one platform where it differs: {"instagram": "…"}';
comment on column posts.choices is 'chosen accounts with kind and settings: {"<channel id>": {"kind": "reel", "settings": {…}}}';
comment on column posts.wall_time is 'local time as typed, 2026-11-26T10:00, in zone';
comment on column posts.zone is 'zone it was scheduled in';
comment on column posts.version is 'grows with every edit; an edit of an older version is refused';

create table post_media (
  post_id uuid not null references posts on delete cascade,
  media_id uuid not null references media,
  workspace_id uuid not null references workspaces on delete cascade,
  position int not null check (position between 1 and 35),
  alt_text text not null default '',
  primary key (post_id, position),
  constraint post_media_once unique (post_id, media_id)
);
create index post_media_media on post_media (media_id);

create table targets (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  post_id uuid not null references posts on delete cascade,
  channel_id uuid not null references channels on delete cascade,
  platform text not null,
  kind text not null,
  text text not null,
  link text,
  settings jsonb not null default '{}',
  due_at timestamptz not null,
  state text not null default 'scheduled' check (state in (
    'scheduled', 'preparing', 'ready', 'sending', 'processing', 'published', 'failed', 'unconfirmed', 'missed', 'canceled')),
  state_at timestamptz not null default now(),
  waiting_for text,
  not_before timestamptz,
  revision int not null default 1,
  handles jsonb not null default '{}',
  handles_revision int,
  attempt_number int not null default 0,
  problem jsonb,
  platform_post_id text,
  permalink text,
  sent_at timestamptz,
  published_at timestamptz,
  confirmed_by text,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  constraint targets_once_per_channel unique (post_id, channel_id),
  constraint targets_bound_once unique (channel_id, platform_post_id)
);
create index targets_open on targets (due_at) where state in ('scheduled', 'preparing', 'ready', 'sending', 'processing');
create index targets_workspace on targets (workspace_id, state);
comment on table targets is 'one post on one channel, with a fate of its own';
comment on column targets.text is 'the text for this channel as it goes out, copied from the post when it is scheduled or edited';
comment on column targets.waiting_for is 'what comes next, in words';
comment on column targets.not_before is 'no call before this: the platform asked us to wait, or was out of reach';
comment on column targets.revision is 'grows with every change of content or time; what was prepared for an older one is not sent';
comment on column targets.handles is 'what the platform gave while preparing (container id, video id, publish id); secrets among them are sealed';
comment on column targets.handles_revision is 'the revision the handles were made for';
comment on column targets.attempt_number is 'number of the last attempt that claimed, 0 before the first';
comment on column targets.finished_at is 'when the receipt was complete: nothing more is asked of the platform';
comment on column targets.confirmed_by is 'which check showed that it is out';
comment on column targets.problem is 'kind, code, subcode, words, traceId of the last refusal';
comment on constraint targets_bound_once on targets is 'a platform''s post belongs to one target of a channel, whatever happens';

alter table media_links add constraint media_links_target_fk foreign key (target_id) references targets on delete cascade;

create table attempts (
  id uuid primary key default uuid_v7(),
  workspace_id uuid not null references workspaces on delete cascade,
  target_id uuid not null references targets on delete cascade,
  number int not null,
  revision int not null,
  fingerprint bytea not null,
  handles jsonb not null default '{}',
  claimed_at timestamptz not null,
  sent_at timestamptz,
  ended_at timestamptz,
  outcome text not null default 'claimed' check (outcome in ('claimed', 'accepted', 'refused', 'unknown', 'not_sent', 'found', 'absent')),
  problem jsonb,
  looks int not null default 0,
  proof text,
  constraint attempts_numbered unique (target_id, number)
);
comment on table attempts is 'one send to a platform: written before the call, its outcome after';
comment on column attempts.fingerprint is 'SHA-256 over channel, kind, text, link, settings and media of what was sent';
comment on column attempts.outcome is 'claimed: no word yet. unknown: sent, no clear answer. found, absent: what reconciling proved';
comment on column attempts.looks is 'how often reconciling has looked';
comment on column attempts.proof is 'what showed the outcome, in words';

create function tell_target() returns trigger language plpgsql as $$
begin
  perform pg_notify('targets', new.workspace_id || ' ' || new.post_id || ' ' || new.id);
  return null;
end $$;
create trigger targets_tell after insert or update on targets for each row execute function tell_target();

create function tell_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', new.kind);
  return null;
end $$;
create trigger outbox_tell after insert on outbox for each row execute function tell_outbox();
