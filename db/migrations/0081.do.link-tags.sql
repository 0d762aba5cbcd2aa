-- The campaign tags (UTM) that a workspace wants to be filled in when someone tags the links of a
-- post. They say where a visitor of a website came from.
alter table workspaces add column link_tags jsonb not null default '{}' check (jsonb_typeof(link_tags) = 'object');
comment on column workspaces.link_tags is 'campaign tags (UTM) that the composer fills in: source, medium and campaign, as a member typed them last';
