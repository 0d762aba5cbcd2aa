-- Measuring takes its share of an app's hourly limit and no more; headers say nothing when there is little traffic.
create table reading_calls (
  issuer text not null,
  minute timestamptz not null,
  calls integer not null,
  primary key (issuer, minute)
);
comment on table reading_calls is 'calls that read numbers, by minute, of the last hour: measuring leaves the rest of the limit to publishing';

create function take_readings(of_issuer text, count integer, most integer, moment timestamptz) returns integer language plpgsql as $$
declare
  made integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('readings ' || of_issuer, 0));
  delete from reading_calls where issuer = of_issuer and minute <= moment - interval '1 hour';
  select coalesce(sum(calls), 0) + count into made from reading_calls where issuer = of_issuer;
  if made > most then
    return null;
  end if;
  insert into reading_calls as r (issuer, minute, calls) values (of_issuer, date_trunc('minute', moment), count)
    on conflict (issuer, minute) do update set calls = r.calls + excluded.calls;
  return made;
end $$;
