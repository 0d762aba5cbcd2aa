import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { listAccountNames } from '../../../db/channels/account-facts.ts'
import { formFields, formList, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { type Errors, fieldErrorsOf } from '../../http/forms/fields.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { readClock } from '../../time/clock.ts'
import { weekdayNames } from '../../time/dates.ts'
import { queueView } from './queue-page.ts'
import { addSlots, removeSlot, slotsMax } from './slot-acts.ts'

const path = '/w/:workspace/settings/queue'
const weekdays = [1, 2, 3, 4, 5, 6, 7]

type Typed = { channels: string[]; days: string[]; time: string }

const slotsIn = (own: string[], clockHours: 12 | 24) =>
  z.object({
    channels: z.array(z.string()).transform((ids) => ids.filter((id) => own.includes(id))),
    days: z
      .array(z.string())
      .transform((days) => weekdays.filter((day) => days.includes(`${day}`))),
    time: z
      .string()
      .max(20, { message: 'Enter a time such as 18:00 or 6:30pm.', abort: true })
      .transform((typed, context) => {
        const time = readClock(typed, clockHours)
        if (time?.length === 5) return time
        context.addIssue({ code: 'custom', message: 'Enter a time such as 18:00 or 6:30pm.' })
        return z.NEVER
      }),
  })

/** The weekly slots of the accounts. Every member can change them: planning posts is daily work. */
export const queueRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(path, requireMember(), (c) => show(deps, view, c, null, {}))
    .post(path, requireMember(), async (c) => {
      const [channels, days] = [await formList(c, 'channel'), await formList(c, 'day')]
      const typed: Typed = { channels, days, time: (await formFields(c)).time ?? '' }
      const errors = await add(deps, c, typed)
      return errors
        ? await show(deps, view, c, typed, errors)
        : seeOther(c, `/w/${c.var.workspace.slug}/settings/queue`, 'slots-added')
    })
    .post(`${path}/:slot/delete`, requireMember(), async (c) => {
      const { workspace, user } = c.var
      const ref = { workspaceId: workspace.id, slotId: idParam(c, 'slot') }
      if (!(await removeSlot(deps, { ...ref, userId: user.id }))) throw new HTTPException(404)
      return seeOther(c, `/w/${workspace.slug}/settings/queue`, 'slot-removed')
    })

/** Returns what is wrong with the form, or null if the slots are there now. */
const add = async (deps: WebDeps, c: Context<MemberEnv>, typed: Typed): Promise<Errors | null> => {
  const { workspace, user } = c.var
  const accounts = await listAccountNames(deps.sql, workspace.id)
  const read = slotsIn(
    accounts.map((one) => one.id),
    workspace.dates.hours,
  ).safeParse(typed)
  if (!read.success) return fieldErrorsOf(read.error)
  const { channels, days, time } = read.data
  if (channels.length === 0) return { channels: 'Choose at least one account.' }
  if (days.length === 0) return { days: 'Choose at least one day.' }
  const wanted = { workspaceId: workspace.id, channelIds: channels, weekdays: days, wallTime: time }
  const full = await addSlots(deps, { ...wanted, userId: user.id })
  const name = accounts.find((one) => one.id === full)?.name
  return name ? { channels: `${name} can have ${slotsMax} slots a week. Remove some first.` } : null
}

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  typed: Typed | null,
  errors: Errors,
): Promise<Response> => {
  const page = await queueView(deps, c.var.workspace)
  const channels = page.accounts.map((one) => one.id)
  const values = typed ?? { channels, days: ['1', '2', '3', '4', '5'], time: '' }
  const days = weekdayNames.map((name, index) => ({ value: String(index + 1), name }))
  const status = Object.keys(errors).length > 0 ? 422 : 200
  return view.page(c, 'settings/queue', { ...page, values, errors, days }, status)
}
