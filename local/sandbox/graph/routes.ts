import { type Context, type Handler, Hono } from 'hono'
import { endpoint } from '../endpoint.ts'
import type { SandboxEnv } from '../world.ts'
import { requirePageAccess } from './caller.ts'
import { createContainer } from './container-create.ts'
import { injectedError } from './error-answer.ts'
import { type GraphCall, type GraphEndpoint, graphEndpoint, notSimulated } from './graph-endpoint.ts'
import { readAccountInsights } from './insights-account.ts'
import { firstOwner, insightsOfMany } from './insights-many.ts'
import { readMediaInsights } from './insights-media.ts'
import { readPageInsights } from './insights-page.ts'
import { readPostInsights, readVideoInsights } from './insights-post.ts'
import {
  deleteMedia,
  editMedia,
  listMedia,
  readAccount,
  readContainer,
  readMedia,
  readPublishingLimit,
} from './instagram-nodes.ts'
import { deletePermissions, fieldsOf, listAccounts, readMe } from './me.ts'
import { publishMedia } from './media-publish.ts'
import type { Meta } from './meta.ts'
import { type NodeKind, nodeKind, nodeOwner } from './node-kind.ts'
import { accessToken, debugToken, listPermissions } from './oauth.ts'
import { createFeedPost } from './page-feed.ts'
import { listPublishedPosts, listScheduledPosts, listVideos } from './page-lists.ts'
import { createPhoto, deletePhoto, readPhoto } from './page-photo.ts'
import { createReel, deleteVideo, readVideo } from './page-reels.ts'
import { createPageVideo } from './page-videos.ts'
import { pageView } from './page-view.ts'
import { createComment, editPost, readPost, removePost } from './post-node.ts'
import { refuse } from './refusal.ts'
import { uploadContainer, uploadReel } from './rupload.ts'
import { show } from './view.ts'

/** graph.facebook.com and its alias for videos: every path with and without a version in front. */
export function graphRoutes(meta: Meta): Hono<SandboxEnv> {
  const paths = new Hono<SandboxEnv>()
  loginRoutes(meta, paths)
  pageRoutes(meta, paths)
  instagramRoutes(meta, paths)
  nodeRoutes(meta, paths)
  const app = new Hono<SandboxEnv>()
  app.route('/:version{v[0-9]+\\.[0-9]+}', paths)
  app.route('/', paths)
  return app
}

function loginRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const on = (endpoint: string, handle: (call: GraphCall) => unknown, more: Partial<GraphEndpoint> = {}) =>
    graphEndpoint(meta, { platform: 'meta', endpoint, ...more }, handle)
  app.on(['GET', 'POST'], '/oauth/access_token', on('oauth.access_token', accessToken, { open: true }))
  app.get('/debug_token', on('debug_token', debugToken))
  app.get('/me', on('me', readMe))
  app.get('/me/accounts', on('me.accounts', listAccounts))
  app.get('/me/permissions', on('me.permissions', listPermissions))
  app.get(
    '/me/businesses',
    on('me.businesses', () => ({ data: [] })),
  )
  app.delete('/:id/permissions', on('permissions.delete', deletePermissions))
  app.delete('/:id/permissions/:permission', on('permissions.delete', deletePermissions))
}

function pageRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const on = (endpoint: string, handle: (call: GraphCall) => unknown, more: Partial<GraphEndpoint> = {}) =>
    graphEndpoint(meta, { platform: 'facebook', endpoint, account: ownerOf, ...more }, handle)
  const step = { stepParameter: 'upload_phase' }
  app.post('/:id/feed', on('feed', createFeedPost))
  app.post('/:id/photos', on('photos', createPhoto))
  app.post('/:id/videos', on('videos', createPageVideo, step))
  app.post('/:id/video_reels', on('video_reels', createReel, step))
  app.post('/:id/comments', on('comments', createComment))
  for (const list of ['published_posts', 'posts', 'feed']) app.get(`/:id/${list}`, on(`${list}.list`, listPublishedPosts))
  app.get('/:id/video_insights', on('video.insights', readVideoInsights))
  app.get('/:id/scheduled_posts', on('scheduled_posts.list', listScheduledPosts))
  app.get('/:id/videos', on('videos.list', listVideos('video')))
  app.get('/:id/video_reels', on('video_reels.list', listVideos('reel')))
}

function instagramRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const on = (endpoint: string, handle: (call: GraphCall) => unknown) =>
    graphEndpoint(meta, { platform: 'instagram', endpoint, account: ownerOf }, handle)
  app.post('/:id/media', on('media', createContainer))
  app.post('/:id/media_publish', on('media_publish', publishMedia))
  app.get('/:id/content_publishing_limit', on('content_publishing_limit', readPublishingLimit))
  app.get('/:id/media', on('media.list', listMedia('media')))
  // Pages have stories as well; those are not simulated.
  const stories = on('stories.list', listMedia('stories'))
  const missing = notImplemented(meta)
  app.get('/:id/stories', (c, next) => (nodeKind(meta, c.req.param('id')) === 'page' ? missing(c, next) : stories(c, next)))
}

/** One path for every object: what an id stands for decides who answers. */
function nodeRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const facebook = (endpoint: string, handle: (call: GraphCall) => unknown) =>
    graphEndpoint(meta, { platform: 'facebook', endpoint, account: ownerOf }, handle)
  const instagram = (endpoint: string, handle: (call: GraphCall) => unknown) =>
    graphEndpoint(meta, { platform: 'instagram', endpoint, account: ownerOf }, handle)
  const unknown = graphEndpoint(meta, { platform: 'meta', endpoint: 'object' }, ({ c }) => {
    throw refuse.missingObject(c.req.param('id') ?? '', c.req.method)
  })
  const dispatch =
    (handlers: Partial<Record<NodeKind, Handler<SandboxEnv>>>): Handler<SandboxEnv> =>
    (c, next) =>
      (handlers[nodeKind(meta, c.req.param('id') ?? '')] ?? unknown)(c, next)

  app.get(
    '/:id{[0-9_]+}',
    dispatch({
      page: facebook('page.read', readPage),
      post: facebook('post.read', readPost),
      photo: facebook('photo.read', readPhoto),
      video: facebook('video.read', readVideo),
      instagram: instagram('account.read', readAccount),
      container: instagram('container.read', readContainer),
      media: instagram('media.read', readMedia),
    }),
  )
  app.get(
    '/:id{[0-9_]+}/insights',
    dispatch({
      page: facebook('page.insights', readPageInsights),
      post: facebook('post.insights', readPostInsights),
      instagram: instagram('account.insights', readAccountInsights),
      media: instagram('media.insights', readMediaInsights),
    }),
  )
  const many = (platform: 'facebook' | 'instagram', edge: string) =>
    graphEndpoint(meta, { platform, endpoint: edge, account: firstOwner }, (call) => insightsOfMany(call, edge))
  const [ofMedia, ofPosts] = [many('instagram', 'media.insights'), many('facebook', 'post.insights')]
  const firstIsMedia = (c: Context<SandboxEnv>) => nodeKind(meta, (c.req.query('ids') ?? '').split(',')[0] ?? '') === 'media'
  app.get('/insights', (c, next) => (firstIsMedia(c) ? ofMedia : ofPosts)(c, next))
  app.get('/video_insights', many('facebook', 'video.insights'))
  app.post('/:id{[0-9_]+}', dispatch({ post: facebook('post.edit', editPost), media: instagram('media.edit', editMedia) }))
  app.delete(
    '/:id{[0-9_]+}',
    dispatch({
      post: facebook('post.delete', removePost),
      photo: facebook('photo.delete', deletePhoto),
      video: facebook('video.delete', deleteVideo),
      media: instagram('media.delete', deleteMedia),
    }),
  )
  app.all('*', notImplemented(meta))
}

function readPage(call: GraphCall): object {
  const { page, caller } = requirePageAccess(call.meta, call.caller, call.c.req.param('id') ?? '', 'get')
  return show(pageView(call.meta, page, caller), fieldsOf(call))
}

/** rupload.facebook.com */
export function uploadRoutes(meta: Meta): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  const on = (platform: 'facebook' | 'instagram', handle: (call: GraphCall) => unknown) =>
    graphEndpoint(meta, { platform, endpoint: 'rupload', account: ownerOf, rawBody: true }, handle)
  app.post('/video-upload/:version/:id', on('facebook', uploadReel))
  app.post('/ig-api-upload/:version/:id', on('instagram', uploadContainer))
  app.all('*', notImplemented(meta))
  return app
}

const ownerOf = (meta: Meta, c: Context<SandboxEnv>): string | null => nodeOwner(meta, c.req.param('id') ?? '')

/** What Meta has and the sandbox does not: said openly. */
function notImplemented(meta: Meta): Handler<SandboxEnv> {
  const platformError: Parameters<typeof endpoint>[1]['platformError'] = (c, rule) => injectedError(meta, c, rule)
  return endpoint(meta.world, { platform: 'meta', endpoint: 'not_implemented', platformError }, (c) =>
    notSimulated(c, `${c.req.method} ${c.req.path}`),
  )
}
