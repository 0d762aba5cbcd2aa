-- The list of posts in the API: newest first, page by page.
create index posts_listed on posts (workspace_id, id desc) where state <> 'discarded';
