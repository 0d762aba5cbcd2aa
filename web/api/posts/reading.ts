import { z } from '@hono/zod-openapi'
import { listNewestPosts } from '../../../db/api/listed-posts.ts'
import { listAttempts } from '../../../db/posts/attempts.ts'
import { listComposedMedia } from '../../../db/posts/composed-media.ts'
import { listPostLabels } from '../../../db/posts/labels/labels.ts'
import { findPost } from '../../../db/posts/posts.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import type { WebDeps } from '../../http/env.ts'
import { formats } from '../../time/formats.ts'
import { idPattern, listOf, pageQuery, readCursor, writeCursor } from '../cursors.ts'
import { instant } from '../instants.ts'
import { type Api, reading } from '../operation.ts'
import { notFound } from '../problems.ts'
import { listedPost, post, target } from './schemas.ts'
import { listedShape, postShape, targetShape } from './shapes.ts'

const one = { id: z.uuid() }
const about = { method: 'get', tag: 'Posts', scope: 'read' } as const

export const readPosts = (api: Api, deps: WebDeps): void => {
  const moment = instant.optional()
  const filters = {
    ...pageQuery,
    state: z.enum(['draft', 'scheduled']).optional(),
    account: z.uuid().optional(),
    label: z.uuid().optional(),
    dueFrom: moment,
    dueTo: moment,
  }
  reading(
    api,
    deps,
    {
      ...about,
      path: '/posts',
      id: 'listPosts',
      summary: 'List posts, newest first',
      description: 'A post that was scheduled stays `scheduled`; its targets say what happened.',
      query: filters,
      answer: listOf(listedPost),
    },
    async ({ deps, caller, query }) => {
      const found = await listNewestPosts(deps.sql, {
        workspaceId: caller.workspace.id,
        state: query.state ?? null,
        channelId: query.account ?? null,
        labelId: query.label ?? null,
        dueFrom: query.dueFrom ? new Date(query.dueFrom) : null,
        dueTo: query.dueTo ? new Date(query.dueTo) : null,
        after: readCursor(query.cursor, [idPattern])?.[0] ?? null,
        limit: query.limit + 1,
      })
      const page = found.slice(0, query.limit)
      const last = found.length > query.limit ? page.at(-1) : undefined
      return { data: page.map(listedShape), next: last ? writeCursor([last.id]) : null }
    },
  )
  reading(
    api,
    deps,
    {
      ...about,
      path: '/posts/{id}',
      id: 'getPost',
      summary: 'Get a post',
      params: one,
      answer: post,
    },
    async ({ deps, caller, params }) => {
      const ref = { workspaceId: caller.workspace.id, postId: params.id }
      const found = await findPost(deps.sql, ref)
      if (!found) throw notFound('post')
      const [targets, media, labels] = await Promise.all([
        listTargets(deps.sql, ref),
        listComposedMedia(deps.sql, ref),
        listPostLabels(deps.sql, ref),
      ])
      const parts = { targets, media, labels: labels.map(({ id }) => id) }
      return postShape(found, parts, caller.workspace.zone)
    },
  )
  reading(
    api,
    deps,
    {
      ...about,
      path: '/posts/{id}/targets',
      id: 'listTargets',
      summary: 'Get what happened to a post on each account',
      params: one,
      answer: z.object({ data: z.array(target) }),
    },
    async ({ deps, caller, params }) => {
      const ref = { workspaceId: caller.workspace.id, postId: params.id }
      if (!(await findPost(deps.sql, ref))) throw notFound('post')
      const [targets, attempts] = await Promise.all([
        listTargets(deps.sql, ref),
        listAttempts(deps.sql, ref),
      ])
      const fmt = formats(caller.workspace, deps.now())
      return { data: targets.map((row) => targetShape(deps, row, attempts, fmt)) }
    },
  )
}
