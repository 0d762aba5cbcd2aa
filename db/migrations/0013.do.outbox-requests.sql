alter table outbox add column request_id text;
comment on column outbox.request_id is 'the request that caused it, for the log and for operators; null when none did';
