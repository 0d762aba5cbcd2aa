-- Published posts without an id at the platform are counted, and named: the platform gives no numbers of them.
create index targets_without_id on targets (channel_id, published_at) where state = 'published' and platform_post_id is null;
