import type { Platform } from '../platform.ts'
import type { World } from '../world.ts'
import { metaControl } from './control.ts'
import { insightsMoment, reception } from './insights/audience.ts'
import { mediaNumbers } from './insights/media.ts'
import { postNumbers } from './insights/post.ts'
import { loadVideo } from './instagram/container.ts'
import { appsPath } from './login/apps-page.ts'
import type { Meta, MetaApp } from './meta.ts'
import { armScheduled } from './pages/post.ts'
import { graphRoutes, uploadRoutes } from './routes.ts'
import { seedMeta } from './seed.ts'
import { emptyState } from './state.ts'
import { createUsage } from './usage.ts'
import { armVideo } from './videos/page-video.ts'
import { facebookSite, instagramSite } from './website.ts'

/** The Meta simulation: the website with its login dialog, the Graph API and the upload host. */
export function metaPlatform(world: World, settings: Meta['settings'], app: MetaApp): Platform {
  const state = world.state.section('meta', emptyState)
  settings.deauthorizeUrl = app.deauthorizeUrl ?? null
  settings.dataDeletionUrl = app.dataDeletionUrl ?? null
  const meta: Meta = { world, app, settings, state, usage: createUsage(world.clock, settings) }
  return {
    names: ['facebook', 'instagram', 'meta'],
    hosts: {
      '/graph': graphRoutes(meta),
      '/graph-video': graphRoutes(meta),
      '/rupload': uploadRoutes(meta),
      '/facebook': facebookSite(meta),
      '/instagram': instagramSite(meta),
    },
    control: metaControl(meta),
    places: [{ label: 'Settings at Facebook: apps and websites', path: `/facebook${appsPath}` }],
    seed() {
      meta.usage.clear()
      seedMeta(meta)
    },
    resume() {
      for (const video of Object.values(state.videos)) armVideo(meta, video)
      for (const post of Object.values(state.posts)) armScheduled(meta, post)
      for (const container of Object.values(state.containers)) {
        if (container.url && container.readyAtMs === null)
          world.clock.after(0, () => loadVideo(meta, container))
      }
    },
    numbers: (platform, postId) => numbersOf(meta, platform, postId),
    accounts: () => [
      ...Object.values(state.pages).map(({ id, name }) => ({
        platform: 'facebook',
        id,
        name,
        username: null,
        feedPath: `/facebook/${id}`,
      })),
      ...Object.values(state.instagram).map(({ id, name, username }) => ({
        platform: 'instagram',
        id,
        name,
        username,
        feedPath: `/instagram/${username}`,
      })),
    ],
  }
}

function numbersOf(meta: Meta, platform: string, postId: string): Record<string, unknown> | null {
  const atMs = insightsMoment(meta)
  const media = platform === 'instagram' ? meta.state.media[postId] : undefined
  if (media) return { ...reception(meta, media, atMs), ...mediaNumbers(meta, media, atMs) }
  const post = platform === 'facebook' ? meta.state.posts[postId] : undefined
  return post ? { ...reception(meta, post, atMs), ...postNumbers(meta, post, atMs) } : null
}
