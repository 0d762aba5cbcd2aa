import { type Kept, untilDeleted } from './kept.ts'

/** promise: S6, A3: what is stored about the review of posts, by members and by clients. */
export const reviewData: Kept[] = [
  {
    id: 'reviews',
    group: 'content',
    what: 'Reviews of posts: who asked for approval, who approved or requested changes and when, what they wrote, and the post as it was then; and which members approve posts',
    why: 'So that a post goes out only as it was approved, and everyone can see who approved it',
    kept: untilDeleted,
    columns: ['reviews.*', 'review_decisions.*', 'reviewers.*'],
  },
  {
    id: 'discussions',
    group: 'content',
    what: 'Comments beside posts: what members write to each other, about which file, whom they mention, and who resolved a comment and when',
    why: 'To talk about a post where it is. Comments are never sent to a platform. When you delete your account, what you wrote is deleted too',
    kept: { until: 'As long as the post, or until someone deletes them' },
    columns: ['discussion_comments.*', 'discussion_mentions.*'],
  },
  {
    id: 'review-links',
    group: 'content',
    what: 'Review links that you make for clients: what they show, until when they work, how often and when they were opened, and hashes of the link and its passphrase',
    why: 'So that a client can approve posts without an account, and so that you can see and revoke links',
    kept: { rule: 'review_links' },
    columns: ['review_links.*', 'review_link_posts.*'],
  },
  {
    id: 'clients',
    group: 'content',
    what: 'Of clients who review posts by such a link: the name they typed, and a hash of the code in their cookie',
    why: 'So that the team sees who decided. The name is kept for that link only',
    kept: { rule: 'review_links' },
    columns: ['client_reviewers.*'],
  },
]
