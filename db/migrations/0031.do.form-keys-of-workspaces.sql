alter table form_keys add column made_workspace_id uuid
  generated always as (case when purpose = 'workspace' then subject_id end) stored references workspaces on delete cascade;
comment on column form_keys.made_workspace_id is 'the workspace that this form made: the mark is gone with it';
