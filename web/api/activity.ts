import { z } from '@hono/zod-openapi'
import { listEvents } from '../../db/notifications/activity.ts'
import type { WebDeps } from '../http/env.ts'
import { eventWords } from '../notifications/event-words.ts'
import { formats } from '../time/formats.ts'
import { idPattern, listOf, pageQuery, readCursor, writeCursor } from './cursors.ts'
import { type Api, reading } from './operation.ts'

const event = z
  .object({
    id: z.uuid(),
    name: z.string().openapi({ example: 'post.scheduled' }),
    at: z.iso.datetime(),
    who: z.string().nullable().openapi({
      description: 'Null if CrateSocial did it, or if the person was deleted since.',
    }),
    words: z.string(),
    postId: z.uuid().nullable(),
  })
  .openapi('Event')

export const readActivity = (api: Api, deps: WebDeps): void =>
  reading(
    api,
    deps,
    {
      method: 'get',
      path: '/activity',
      id: 'listActivity',
      tag: 'Activity',
      summary: 'List what happened in the workspace, newest first',
      scope: 'manage',
      query: pageQuery,
      answer: listOf(event),
    },
    async ({ deps, caller, query }) => {
      const { workspace } = caller
      const before = readCursor(query.cursor, [idPattern])?.[0] ?? null
      const found = await listEvents(deps.sql, workspace.id, {
        before,
        limit: query.limit + 1,
      })
      const { when } = formats(workspace, deps.now())
      const label = (name: string) => deps.platforms.platforms.get(name)?.label ?? name
      const page = found.slice(0, query.limit)
      const last = found.length > query.limit ? page.at(-1) : undefined
      return {
        data: page.map((one) => ({
          id: one.id,
          name: one.name,
          at: one.at.toISOString(),
          who: one.who,
          words: eventWords(one, { label, when }),
          postId: one.postId,
        })),
        next: last ? writeCursor([last.id]) : null,
      }
    },
  )
