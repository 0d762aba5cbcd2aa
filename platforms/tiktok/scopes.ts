import type { Scope } from '../policy.ts'

/** The permissions that CrateSocial requests from TikTok and why. */
export const tiktokScopes: Scope[] = [
  ask('user.info.basic', true, 'Show the name and picture of the account', 'Accounts', 'account'),
  ask(
    'user.info.profile',
    false,
    'Show its handle and link to its posts',
    'Accounts, Post',
    'account',
  ),
  ask(
    'video.publish',
    true,
    'Publish the posts you schedule, with the choices TikTok offers you',
    'New post, Calendar',
    'posts',
  ),
  ask(
    'video.upload',
    false,
    'Send what you ask for to your TikTok inbox as a draft',
    'New post, Post',
    'posts',
  ),
  ask(
    'video.list',
    false,
    'Confirm that a post is published and show its numbers',
    'Post, Insights',
    'numbers',
  ),
  ask('user.info.stats', false, 'Show followers over time', 'Insights', 'numbers'),
]

function ask(
  name: string,
  needed: boolean,
  purpose: string,
  seenIn: string,
  gives: Scope['gives'],
): Scope {
  return { name, needed, purpose, seenIn, gives }
}
