-- promise: S6: once an authorization has ended, nobody needs the name of the person who gave it, nor what they permitted.
update grants set user_name = '', scopes = '{}' where state = 'ended';

create function forget_person() returns trigger language plpgsql as $$
begin
  new.user_name := '';
  new.scopes := '{}';
  new.data_access_expires_at := null;
  return new;
end $$;
comment on function forget_person is 'whatever ends an authorization, the name of the person and their permissions go in the same statement';
create trigger grants_forget_person before update of state on grants for each row
  when (new.state = 'ended') execute function forget_person();
