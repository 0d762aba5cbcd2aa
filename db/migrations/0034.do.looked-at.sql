alter table channels add column looked_at timestamptz;
comment on column channels.looked_at is 'when a waiting post last asked whether this lost account is back; many posts may wait, and each would ask';
