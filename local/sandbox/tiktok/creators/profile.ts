import type { Context } from 'hono'
import { page } from '../../views.ts'
import type { SandboxEnv } from '../../world.ts'
import { findByUsername, type TikTok } from '../context.ts'
import type { Creator, Post } from '../state.ts'
import { followersAt } from '../videos/counters.ts'
import { signedImageUrl } from '../videos/images.ts'
import { countersOf } from '../videos/post-counters.ts'

type Ctx = Context<SandboxEnv>

const avatarLifeMs = 2 * 3_600_000

const audienceWords: Record<string, string> = {
  PUBLIC_TO_EVERYONE: 'Everyone',
  MUTUAL_FOLLOW_FRIENDS: 'Friends',
  FOLLOWER_OF_CREATOR: 'Followers',
  SELF_ONLY: 'Only you',
}

/** What a visitor sees, and below that, posts that only friends, followers or the owner see. */
export function profilePage(tiktok: TikTok, c: Ctx): Response {
  const creator = findByUsername(tiktok, (c.req.param('handle') ?? '').slice(1))
  if (!creator || creator.deleted) return notFound(c)
  const posts = tiktok.state.posts
    .filter((post) => post.openId === creator.openId)
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
  const shown = (wanted: (post: Post) => boolean) =>
    posts.filter(wanted).map((post) => describePost(tiktok, creator, post))
  const isPublic = (post: Post) => post.visibility === 'PUBLIC_TO_EVERYONE'
  return c.html(
    page('tiktok-profile', {
      title: `${creator.displayName} (@${creator.username}) | TikTok`,
      skin: 'tiktok',
      ...describeCreator(tiktok, creator),
      publicPosts: shown((post) => isPublic(post) && post.approved),
      underReview: shown((post) => isPublic(post) && !post.approved),
      limitedPosts: shown((post) => !isPublic(post) && post.visibility !== 'SELF_ONLY'),
      ownPosts: shown((post) => post.visibility === 'SELF_ONLY'),
      drafts: tiktok.state.publishes.filter(
        (draft) => draft.openId === creator.openId && draft.status === 'SEND_TO_USER_INBOX',
      ).length,
    }),
  )
}

/**
 * One post at its permalink. Not found if the kind in the path is wrong, such as /video/ for a
 * photo.
 */
export function postPage(tiktok: TikTok, c: Ctx): Response {
  const creator = findByUsername(tiktok, (c.req.param('handle') ?? '').slice(1))
  const post = tiktok.state.posts.find(
    (post) => post.id === c.req.param('id') && post.kind === c.req.param('kind'),
  )
  if (!creator || creator.deleted || post?.openId !== creator.openId) return notFound(c)
  const view = {
    skin: 'tiktok',
    ...describeCreator(tiktok, creator),
    post: describePost(tiktok, creator, post),
  }
  return c.html(
    page('tiktok-post', {
      ...view,
      title: `${post.title || 'Post'} | @${creator.username} | TikTok`,
    }),
  )
}

const notFound = (c: Ctx) =>
  c.html(
    page('tiktok-error', {
      title: 'Not found',
      skin: 'tiktok',
      error: 'not_found',
      description: 'This post or account is not available.',
    }),
    404,
  )

function describeCreator(tiktok: TikTok, creator: Creator) {
  const followers = followersAt(
    creator.openId,
    creator.followers,
    tiktok.world.clock.now() - creator.createdAtMs,
  )
  return {
    creator,
    followers,
    avatarUrl: pathOf(signedImageUrl(tiktok, 'avatar', creator.openId, avatarLifeMs)),
  }
}

function describePost(tiktok: TikTok, creator: Creator, post: Post) {
  const counters = post.approved
    ? countersOf(tiktok, creator, post)
    : { views: 0, likes: 0, comments: 0, shares: 0 }
  return {
    ...post,
    counters,
    path: `/tiktok/@${creator.username}/${post.kind}/${post.id}`,
    when: new Date(post.createdAtMs).toISOString(),
    audience: audienceWords[post.visibility] ?? post.visibility,
    label: labelOf(post),
    files: post.media.map((media) => ({
      url: tiktok.world.mediaUrl(media.sha256),
      isVideo: media.facts.kind === 'video',
    })),
  }
}

/** TikTok's label for the post's disclosure (fact sheet 5, row 9) and for AI-generated content. */
function labelOf({ settings }: Post): string {
  const labels = []
  if (settings.brand_content_toggle === true) labels.push('Paid partnership')
  else if (settings.brand_organic_toggle === true) labels.push('Promotional content')
  if (settings.is_aigc === true) labels.push('Creator labeled as AI-generated')
  return labels.join(' · ')
}

const pathOf = (url: string) => new URL(url).pathname + new URL(url).search
