-- People can dismiss a connection that needs attention. It comes back when the connection is lost
-- again, and for another end.
alter table channels add column attention_dismissed_at timestamptz;
comment on column channels.attention_dismissed_at is 'when a member dismissed that this account needs to be reconnected; null again once its state changes';
alter table grants add column dismissed_end timestamptz;
comment on column grants.dismissed_end is 'the end of the grant that a member dismissed; another end is shown again';

create function show_attention_again() returns trigger language plpgsql as $$
begin
  new.attention_dismissed_at := null;
  return new;
end $$;
create trigger channels_attention_again before update of state on channels for each row
  when (old.state <> new.state and new.attention_dismissed_at is not null) execute function show_attention_again();

create function show_attention_of_grant_again() returns trigger language plpgsql as $$
begin
  update channels set attention_dismissed_at = null where grant_id = new.id and attention_dismissed_at is not null;
  return null;
end $$;
create trigger grants_attention_again after update of state on grants for each row
  when (old.state <> new.state) execute function show_attention_of_grant_again();
