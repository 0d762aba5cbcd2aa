import { type Context, type Handler, Hono } from 'hono'
import { endpoint } from '../endpoint.ts'
import type { SandboxEnv } from '../world.ts'
import { readBusiness } from './accounts/business.ts'
import {
  deleteMedia,
  editMedia,
  listMedia,
  readAccount,
  readContainer,
  readMedia,
  readPublishingLimit,
} from './accounts/instagram-nodes.ts'
import { fieldsOf, ofSelf, readMe } from './accounts/me.ts'
import { pageView } from './accounts/page-view.ts'
import { runBatch } from './calls/batch.ts'
import type { GraphCall } from './calls/call.ts'
import { requirePageAccess } from './calls/caller.ts'
import { type GraphEndpoint, graphEndpoint, notSimulated } from './calls/endpoint.ts'
import { injectedError } from './calls/error-answer.ts'
import { NotSimulated, refuse } from './calls/refusal.ts'
import { show } from './calls/view.ts'
import {
  createComment,
  deleteComment,
  editComment,
  listComments,
  readComment,
} from './comments/comments.ts'
import { readAccountInsights } from './insights/account.ts'
import { firstOwner, insightsOfMany } from './insights/many.ts'
import { readMediaInsights } from './insights/media.ts'
import { readPageInsights } from './insights/page.ts'
import { readPostInsights, readVideoInsights } from './insights/post.ts'
import { createContainer } from './instagram/container-create.ts'
import { publishMedia } from './instagram/media-publish.ts'
import { loginRoutes } from './login/routes.ts'
import type { Meta } from './meta.ts'
import { type NodeKind, nodeKind, nodeOwner } from './node-kind.ts'
import { createFeedPost } from './pages/feed.ts'
import { listPublishedPosts, listScheduledPosts, listVideos } from './pages/lists.ts'
import { createPhoto, deletePhoto, readPhoto } from './pages/photo.ts'
import { editPost, readPost, removePost } from './pages/post-node.ts'
import { createPhotoStory, createVideoStory, listPageStories } from './pages/stories.ts'
import { addThumbnail, inviteCollaborator } from './videos/extras.ts'
import { createPageVideo } from './videos/page-videos.ts'
import { createReel, deleteVideo, readVideo } from './videos/reels.ts'
import { uploadContainer, uploadReel } from './videos/rupload.ts'

/** graph.facebook.com and its alias for videos. Every path works with and without a version. */
export function graphRoutes(meta: Meta): Hono<SandboxEnv> {
  const paths = new Hono<SandboxEnv>()
  loginRoutes(meta, paths)
  pageRoutes(meta, paths)
  instagramRoutes(meta, paths)
  nodeRoutes(meta, paths)
  const app = new Hono<SandboxEnv>()
  // Handles the operations of a batch like separate calls.
  const whole = new Hono<SandboxEnv>()
  const batch = graphEndpoint(
    meta,
    { platform: 'meta', endpoint: 'batch', uncounted: true },
    runBatch(whole),
  )
  const root = graphEndpoint(meta, { platform: 'meta', endpoint: 'root' }, notAtRoot)
  for (const end of ['', '/']) {
    app.post(`/:version{v[0-9]+\\.[0-9]+}${end}`, batch)
    app.get(`/:version{v[0-9]+\\.[0-9]+}${end}`, root)
  }
  app.post('/:version{v[0-9]+\\.[0-9]+}/me', batch)
  app.route('/:version{v[0-9]+\\.[0-9]+}', paths)
  app.route('/', paths)
  whole.route('/graph', app)
  return app
}

function pageRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const of =
    (kind: NodeKind) =>
    (endpoint: string, handle: (call: GraphCall) => unknown, more: Partial<GraphEndpoint> = {}) =>
      onlyFor(
        meta,
        kind,
        graphEndpoint(meta, { platform: 'facebook', endpoint, account: ownerOf, ...more }, handle),
      )
  const [on, onVideo] = [of('page'), of('video')]
  const step = { stepParameter: 'upload_phase' }
  app.post('/:id/feed', on('feed', createFeedPost))
  app.post('/:id/photos', on('photos', createPhoto))
  app.post('/:id/videos', on('videos', createPageVideo, step))
  app.post('/:id/video_reels', on('video_reels', createReel, step))
  app.post('/:id/thumbnails', onVideo('thumbnails', addThumbnail))
  app.post('/:id/collaborators', onVideo('collaborators', inviteCollaborator))
  app.post('/:id/photo_stories', on('photo_stories', createPhotoStory))
  app.post('/:id/video_stories', on('video_stories', createVideoStory, step))
  for (const list of ['published_posts', 'posts', 'feed'])
    app.get(`/:id/${list}`, on(`${list}.list`, listPublishedPosts))
  app.get('/:id/video_insights', onVideo('video.insights', readVideoInsights))
  app.get('/:id/scheduled_posts', on('scheduled_posts.list', listScheduledPosts))
  app.get('/:id/videos', on('videos.list', listVideos('video')))
  app.get('/:id/video_reels', on('video_reels.list', listVideos('reel')))
}

function instagramRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const on = (endpoint: string, handle: (call: GraphCall) => unknown) =>
    onlyFor(
      meta,
      'instagram',
      graphEndpoint(meta, { platform: 'instagram', endpoint, account: ownerOf }, handle),
    )
  app.post('/:id/media', on('media', createContainer))
  app.post('/:id/media_publish', on('media_publish', publishMedia))
  app.get('/:id/content_publishing_limit', on('content_publishing_limit', readPublishingLimit))
  app.get('/:id/media', on('media.list', listMedia('media')))
  const stories = on('stories.list', listMedia('stories'))
  const ofPage = graphEndpoint(
    meta,
    { platform: 'facebook', endpoint: 'page.stories.list', account: ownerOf },
    listPageStories,
  )
  app.get('/:id/stories', (c, next) =>
    (nodeKind(meta, c.req.param('id')) === 'page' ? ofPage : stories)(c, next),
  )
}

/**
 * Other kinds of objects have this edge at Meta too, but not in the sandbox. An unknown id is left
 * to the handler.
 */
function onlyFor(meta: Meta, kind: NodeKind, handler: Handler<SandboxEnv>): Handler<SandboxEnv> {
  const missing = notImplemented(meta)
  return (c, next) => {
    const found = nodeKind(meta, c.req.param('id') ?? '')
    return (found === kind || found === 'unknown' ? handler : missing)(c, next)
  }
}

/** All objects share one path. The kind of object selects the handler. */
function nodeRoutes(meta: Meta, app: Hono<SandboxEnv>): void {
  const facebook = (endpoint: string, handle: (call: GraphCall) => unknown) =>
    graphEndpoint(meta, { platform: 'facebook', endpoint, account: ownerOf }, handle)
  const instagram = (endpoint: string, handle: (call: GraphCall) => unknown) =>
    graphEndpoint(meta, { platform: 'instagram', endpoint, account: ownerOf }, handle)
  const unknown = graphEndpoint(meta, { platform: 'meta', endpoint: 'object' }, ({ c }) => {
    throw refuse.missingObject(c.req.param('id') ?? '', c.req.method)
  })
  const missing = notImplemented(meta)
  const dispatch =
    (handlers: Partial<Record<NodeKind, Handler<SandboxEnv>>>): Handler<SandboxEnv> =>
    (c, next) => {
      const kind = nodeKind(meta, c.req.param('id') ?? '')
      return (handlers[kind] ?? (kind === 'unknown' ? unknown : missing))(c, next)
    }
  const ofEither = (
    facebookHandler: Handler<SandboxEnv>,
    instagramHandler: Handler<SandboxEnv>,
  ): Handler<SandboxEnv> => {
    const isOfInstagram = (id: string) =>
      nodeKind(meta, meta.state.comments[id]?.objectId ?? id) === 'media'
    return (c, next) =>
      (isOfInstagram(c.req.param('id') ?? '') ? instagramHandler : facebookHandler)(c, next)
  }
  const onBoth = (endpoint: string, handle: (call: GraphCall) => unknown) =>
    ofEither(facebook(endpoint, handle), instagram(endpoint, handle))
  app.post('/:id{[0-9_]+}/comments', onBoth('comments', createComment))
  app.get('/:id{[0-9_]+}/comments', onBoth('comments.list', listComments))

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
      comment: onBoth('comment.read', readComment),
      person: graphEndpoint(meta, { platform: 'meta', endpoint: 'me' }, ofSelf(readMe)),
      business: graphEndpoint(meta, { platform: 'meta', endpoint: 'business.read' }, readBusiness),
    }),
  )
  const noInsights = facebook('post.insights', () => {
    throw refuse.parameter('Tried accessing nonexisting field (insights)')
  })
  const insights = dispatch({
    page: facebook('page.insights', readPageInsights),
    post: facebook('post.insights', readPostInsights),
    instagram: instagram('account.insights', readAccountInsights),
    media: instagram('media.insights', readMediaInsights),
    // A video or photo id has no such edge, and the error looks like one about a metric (fact sheet
    // 4.5).
    video: noInsights,
    photo: noInsights,
  })
  app.get('/:id{[0-9_]+}/insights', insights)
  app.get('/:id{[0-9_]+}/insights/:metric', insights)
  const many = (platform: 'facebook' | 'instagram', edge: string) =>
    graphEndpoint(meta, { platform, endpoint: edge, account: firstOwner }, (call) =>
      insightsOfMany(call, edge),
    )
  const [ofMedia, ofPosts] = [
    many('instagram', 'media.insights'),
    many('facebook', 'post.insights'),
  ]
  const firstIsMedia = (c: Context<SandboxEnv>) =>
    nodeKind(meta, (c.req.query('ids') ?? '').split(',')[0] ?? '') === 'media'
  app.get('/insights', (c, next) => (firstIsMedia(c) ? ofMedia : ofPosts)(c, next))
  app.get('/video_insights', many('facebook', 'video.insights'))
  app.post(
    '/:id{[0-9_]+}',
    dispatch({
      post: facebook('post.edit', editPost),
      media: instagram('media.edit', editMedia),
      comment: onBoth('comment.edit', editComment),
    }),
  )
  app.delete(
    '/:id{[0-9_]+}',
    dispatch({
      post: facebook('post.delete', removePost),
      photo: facebook('photo.delete', deletePhoto),
      video: facebook('video.delete', deleteVideo),
      media: instagram('media.delete', deleteMedia),
      comment: onBoth('comment.delete', deleteComment),
    }),
  )
  app.all('*', notImplemented(meta))
}

/** Handles the root without `ids`, which isn't simulated. Calls with `ids` are handled earlier. */
function notAtRoot(call: GraphCall): never {
  throw new NotSimulated(`GET ${call.graphPath}`)
}

function readPage(call: GraphCall): object {
  const { page, caller } = requirePageAccess(
    call.meta,
    call.caller,
    call.c.req.param('id') ?? '',
    'get',
  )
  return show(pageView(call.meta, page, caller), fieldsOf(call))
}

/** The upload host, rupload.facebook.com. */
export function uploadRoutes(meta: Meta): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>()
  const on = (platform: 'facebook' | 'instagram', handle: (call: GraphCall) => unknown) =>
    graphEndpoint(meta, { platform, endpoint: 'rupload', account: ownerOf, rawBody: true }, handle)
  app.post('/video-upload/:version/:id', on('facebook', uploadReel))
  app.post('/ig-api-upload/:version/:id', on('instagram', uploadContainer))
  app.all('*', notImplemented(meta))
  return app
}

const ownerOf = (meta: Meta, c: Context<SandboxEnv>): string | null =>
  nodeOwner(meta, c.req.param('id') ?? '')

/** For paths that Meta has and the sandbox doesn't: answers 501. */
function notImplemented(meta: Meta): Handler<SandboxEnv> {
  const platformError: Parameters<typeof endpoint>[1]['platformError'] = (c, rule) =>
    injectedError(meta, c, rule)
  return endpoint(
    meta.world,
    { platform: 'meta', endpoint: 'not_implemented', platformError },
    (c) => notSimulated(c, `${c.req.method} ${c.req.path}`),
  )
}
