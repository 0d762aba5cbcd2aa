import { z } from '@hono/zod-openapi'
import { listAccountNames } from '../../db/channels/account-facts.ts'
import { listSlots } from '../../db/posts/slots.ts'
import type { WebDeps } from '../http/env.ts'
import { addSlots, removeSlot, slotsMax } from '../posts/when/slot-acts.ts'
import { findSlots } from '../posts/when/slots.ts'
import type { Caller } from './caller.ts'
import { type Api, reading, writing } from './operation.ts'
import { ApiProblem, notFound } from './problems.ts'

const clock = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
  .openapi({ example: '18:30', description: 'By the clock of the workspace’s time zone.' })
const weekday = z.number().int().min(1).max(7).openapi({ description: '1 is Monday.' })

const slot = z.object({ id: z.uuid(), accountId: z.uuid(), weekday, time: clock }).openapi('Slot')
const freeSlot = z
  .object({
    accountId: z.uuid(),
    next: z.iso.datetime().nullable().openapi({ description: 'The next free slot.' }),
    last: z.iso.datetime().nullable().openapi({ description: 'The first one behind the queue.' }),
  })
  .openapi('FreeSlot')
const newSlots = z
  .strictObject({
    accountIds: z.array(z.uuid()).min(1).max(50),
    weekdays: z.array(weekday).min(1).max(7),
    time: clock,
  })
  .openapi('NewSlots')

export const useSlots = (api: Api, deps: WebDeps): void => {
  readSlots(api, deps)
  writing(
    api,
    deps,
    {
      method: 'post',
      path: '/slots',
      id: 'addSlots',
      tag: 'Slots',
      summary: 'Add weekly slots',
      description: 'Slots that exist already stay.',
      scope: 'manage',
      body: newSlots,
      answer: z.object({ slots: z.array(z.uuid()) }),
    },
    async ({ deps, caller, body }) => {
      const accountIds = [...new Set(body.accountIds)]
      const own = await ownIds(deps, caller)
      const missing = accountIds.filter((id) => !own.includes(id))
      if (missing.length > 0)
        throw new ApiProblem(422, 'rules', 'This workspace doesn’t have such an account.', {
          errors: missing.map((id) => ({
            code: 'account_missing',
            field: 'accountIds',
            detail: `This workspace doesn’t have ${id}.`,
          })),
        })
      const weekdays = [...new Set(body.weekdays)]
      const wanted = { channelIds: accountIds, weekdays, wallTime: body.time }
      const by = { workspaceId: caller.workspace.id, userId: caller.userId }
      if (await addSlots(deps, { ...wanted, ...by }))
        throw new ApiProblem(409, 'slots_full', `An account can have ${slotsMax} slots a week.`)
      const all = await listSlots(deps.sql, caller.workspace.id, accountIds)
      const made = all.filter((one) => one.wallTime === body.time && weekdays.includes(one.weekday))
      return { slots: made.map(({ id }) => id) }
    },
  )
  writing(
    api,
    deps,
    {
      method: 'delete',
      path: '/slots/{id}',
      id: 'removeSlot',
      tag: 'Slots',
      summary: 'Remove a slot',
      description: 'Posts that are already scheduled keep their time.',
      scope: 'manage',
      params: { id: z.uuid() },
      answer: z.object({ id: z.uuid() }),
    },
    async ({ deps, caller, params }) => {
      const ref = { workspaceId: caller.workspace.id, slotId: params.id, userId: caller.userId }
      if (!(await removeSlot(deps, ref))) throw notFound('slot')
      return { id: params.id }
    },
  )
}

const readSlots = (api: Api, deps: WebDeps): void => {
  const about = { method: 'get', tag: 'Slots', scope: 'read' } as const
  reading(
    api,
    deps,
    {
      ...about,
      path: '/slots',
      id: 'listSlots',
      summary: 'List the weekly slots of all accounts',
      answer: z.object({ zone: z.string(), data: z.array(slot) }),
    },
    async ({ deps, caller }) => {
      const { id, zone } = caller.workspace
      const slots = await listSlots(deps.sql, id, await ownIds(deps, caller))
      return {
        zone,
        data: slots.map((one) => ({
          id: one.id,
          accountId: one.channelId,
          weekday: one.weekday,
          time: one.wallTime,
        })),
      }
    },
  )
  reading(
    api,
    deps,
    {
      ...about,
      path: '/slots/free',
      id: 'listFreeSlots',
      summary: 'Get the next free slot of each account',
      answer: z.object({ data: z.array(freeSlot) }),
    },
    async ({ deps, caller }) => {
      const { workspace } = caller
      const channelIds = await ownIds(deps, caller)
      const wanted = { workspace, channelIds, postId: null, nowMs: deps.now() }
      const { slot: next, queue } = await findSlots(deps.sql, wanted)
      return {
        data: channelIds.map((accountId, at) => ({
          accountId,
          next: next[at]?.dueAt?.toISOString() ?? null,
          last: queue[at]?.dueAt?.toISOString() ?? null,
        })),
      }
    },
  )
}

const ownIds = async (deps: WebDeps, { workspace }: Caller): Promise<string[]> =>
  (await listAccountNames(deps.sql, workspace.id)).map(({ id }) => id)
