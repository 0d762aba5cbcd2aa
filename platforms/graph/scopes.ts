import type { Scope } from '../policy.ts'

/**
 * The permissions that CrateSocial requests from Meta and why. Without the `needed` ones, a
 * platform's accounts can't be connected. Without the others, their numbers, first comments or
 * accounts in business portfolios are missing.
 */
export const metaScopes: Scope[] = [
  ask('pages_show_list', true, 'Show the Pages you can connect', 'Accounts, Connect', 'account'),
  ask(
    'pages_manage_posts',
    true,
    'Publish the posts you schedule on your Page',
    'New post, Calendar',
    'posts',
  ),
  ask(
    'pages_read_engagement',
    true,
    'Confirm that a post is published on your Page',
    'Post, “Confirmed”',
    'posts',
  ),
  ask(
    'pages_manage_engagement',
    false,
    'Add the first comments you write to your Page’s posts',
    'New post, Post',
    'posts',
  ),
  ask(
    'pages_read_user_content',
    false,
    'Confirm that a first comment is there, once',
    'Post, “First comment”',
    'posts',
  ),
  ask('read_insights', false, 'Show numbers of a Page and its posts', 'Insights', 'numbers'),
  ask(
    'instagram_basic',
    true,
    'Show the Instagram account behind a Page',
    'Accounts, Connect',
    'account',
  ),
  ask(
    'instagram_content_publish',
    true,
    'Publish the posts you schedule on Instagram',
    'New post, Calendar',
    'posts',
  ),
  ask(
    'instagram_manage_comments',
    false,
    'Add the first comments you write to Instagram posts',
    'New post, Post',
    'posts',
  ),
  ask(
    'instagram_manage_contents',
    false,
    'Delete an Instagram post when you ask for it',
    'Post, “Delete on Instagram”',
    'posts',
  ),
  ask(
    'instagram_manage_insights',
    false,
    'Show numbers of an Instagram account and its posts',
    'Insights',
    'numbers',
  ),
  ask(
    'business_management',
    false,
    'Find Pages that belong to a business portfolio',
    'Accounts, Connect',
    'account',
  ),
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

export const scopesOfPages = ['pages_read_engagement', 'pages_manage_posts']
export const scopesOfInstagram = [
  'pages_read_engagement',
  'instagram_basic',
  'instagram_content_publish',
]

export const missingScopes = (wanted: string[], granted: string[]): string[] =>
  wanted.filter((name) => !granted.includes(name))

/** The required permissions that the person declined. */
export const missingNeeded = (granted: string[]): string[] =>
  missingScopes(
    metaScopes.filter((scope) => scope.needed).map((scope) => scope.name),
    granted,
  )
