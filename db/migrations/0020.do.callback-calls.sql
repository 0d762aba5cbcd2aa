create table callback_calls (
  issuer text not null,
  path text not null,
  called_at timestamptz not null,
  primary key (issuer, path)
);
comment on table callback_calls is 'When each callback address was last called with a valid signature, to the minute: shown to operators, who see whether the addresses are registered at the platforms.';
comment on column callback_calls.path is 'After /callbacks/<issuer>; empty where the issuer has one address only.';
