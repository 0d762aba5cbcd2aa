import { z } from '@hono/zod-openapi'
import {
  listNumbersOfPost,
  listPostsAfter,
  listReadingsOfPost,
  type MeasuredPost,
} from '../../db/insights/post-numbers.ts'
import { findPost } from '../../db/posts/posts.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import type { WebDeps } from '../http/env.ts'
import { idPattern, listOf, pageQuery, readCursor, writeCursor } from './cursors.ts'
import { instant } from './instants.ts'
import { type Api, reading } from './operation.ts'
import { notFound } from './problems.ts'

const count = z.number().nullable()
const numbers = z
  .object({
    views: count,
    reach: count,
    likes: count,
    comments: count,
    shares: count,
    saves: count,
    more: z.record(z.string(), z.number()).openapi({
      description: 'What only this platform gives, by its name.',
    }),
  })
  .openapi('Numbers')

const measured = z.object({
  id: z.uuid(),
  targetId: z.uuid().nullable(),
  postId: z.uuid().nullable().openapi({ description: 'Null if it was not made in CrateSocial.' }),
  accountId: z.uuid(),
  platform: z.string(),
  kind: z.string(),
  permalink: z.string().nullable(),
  publishedAt: z.iso.datetime(),
  takenAt: z.iso.datetime().nullable().openapi({ description: 'When the numbers were read.' }),
  numbers,
})

const oneReading = z.object({ takenAt: z.iso.datetime(), numbers })

export const readInsights = (api: Api, deps: WebDeps): void => {
  const about = { method: 'get', tag: 'Insights', scope: 'read' } as const
  reading(
    api,
    deps,
    {
      ...about,
      path: '/insights',
      id: 'listInsights',
      summary: 'List published posts with their newest numbers, newest first',
      description:
        'Posts that were not made in CrateSocial are included. A missing number is null.',
      query: {
        ...pageQuery,
        account: z.uuid().optional(),
        from: instant.optional().openapi({
          description: 'Published at this time or later. Without it, 28 days before `to`.',
        }),
        to: instant.optional().openapi({
          description: 'Published before this time. Without it, now.',
        }),
      },
      answer: listOf(measured),
    },
    async ({ deps, caller, query }) => {
      const place = readCursor(query.cursor, [stampPattern, idPattern])
      const [publishedKey = '', id = ''] = place ?? []
      const scope = {
        workspaceId: caller.workspace.id,
        channelIds: query.account ? [query.account] : null,
        made: 'all' as const,
        kind: null,
      }
      const found = await listPostsAfter(deps.sql, scope, spanOf(query, deps.now()), {
        after: place && { publishedKey, id },
        limit: query.limit + 1,
      })
      const page = found.slice(0, query.limit)
      const last = found.length > query.limit ? page.at(-1) : undefined
      const next = last ? writeCursor([last.publishedKey, last.id]) : null
      return { data: page.map(measuredShape), next }
    },
  )
  reading(
    api,
    deps,
    {
      ...about,
      path: '/posts/{id}/insights',
      id: 'getPostInsights',
      summary: 'Get the numbers of a post on each account, with all readings',
      params: { id: z.uuid() },
      answer: z.object({
        data: z.array(measured.extend({ readings: z.array(oneReading) })),
      }),
    },
    async ({ deps, caller, params }) => {
      const ref = { workspaceId: caller.workspace.id, postId: params.id }
      if (!(await findPost(deps.sql, ref))) throw notFound('post')
      const [posts, readings] = await Promise.all([
        listNumbersOfPost(deps.sql, ref),
        listReadingsOfPost(deps.sql, ref),
      ])
      return {
        data: posts.map((post) => ({
          ...measuredShape(post),
          readings: readings
            .filter((one) => one.id === post.id)
            .map((one) => ({ takenAt: one.takenAt.toISOString(), numbers: numbersOf(one) })),
        })),
      }
    },
  )
}

const dayMs = 86_400_000
/** A time as PostgreSQL writes it. */
const stampPattern = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?$/

const spanOf = (
  { from, to }: { from?: string | undefined; to?: string | undefined },
  nowMs: number,
) => {
  const end = to ? new Date(to) : new Date(nowMs)
  return { from: from ? new Date(from) : new Date(end.getTime() - 28 * dayMs), to: end }
}

const measuredShape = (post: MeasuredPost) => ({
  id: post.id,
  targetId: post.targetId,
  postId: post.postId,
  accountId: post.channelId,
  platform: post.platform,
  kind: post.kind,
  permalink: post.permalink,
  publishedAt: post.publishedAt.toISOString(),
  takenAt: post.takenAt?.toISOString() ?? null,
  numbers: numbersOf(post),
})

const numbersOf = (given: Pick<MeasuredPost, (typeof postMetrics)[number] | 'more'>) => ({
  ...Object.fromEntries(postMetrics.map((metric) => [metric, given[metric]])),
  more: given.more,
})
