import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import {
  type Annotation,
  deleteAnnotation,
  findAnnotation,
  insertAnnotation,
  updateAnnotation,
} from '../../../db/insights/annotations.ts'
import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { keepFormKey, releaseFormKey, takeFormKey } from '../../../db/posts/form-keys.ts'
import { terms } from '../../../db/privacy/terms.ts'
import { backIn, formFields, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { fieldErrorsOf } from '../../http/forms/fields.ts'
import { formKeyIn } from '../../http/forms/form-keys.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { dateOf } from '../../time/wall-time.ts'
import { linksOf } from '../links.ts'
import { shortDay } from '../notes.ts'
import { daysKept } from '../range.ts'
import { askedIn, showInsights } from '../routes.ts'
import { computeShown } from '../shown/shown.ts'
import {
  type AnnotationForm,
  annotationIn,
  annotationMaxCharacters,
  annotationsMax,
  mayChange,
  notedDays,
} from './annotations.ts'

const base = '/w/:workspace/insights'
const guard = requireMember()

/** Notes on days of the insights. Every member can add one; its author and admins can change it. */
export const annotationRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .post(`${base}/notes`, guard, (c) => add(deps, view, c, null))
    .post(`${base}/:channel/notes`, guard, (c) => add(deps, view, c, idParam(c, 'channel')))
    .get(`${base}/notes/:note`, guard, async (c) => {
      const { day, text } = await find(deps, c)
      return await showNote(deps, view, c, { values: { day, text }, errors: {} })
    })
    .post(`${base}/notes/:note/change`, guard, async (c) => {
      const { id } = await find(deps, c)
      const given = await formFields(c)
      const read = annotationIn(
        daysKept(today(deps, c)),
        `Choose a day of the last ${terms.numbers}.`,
      )
        .omit({ about: true })
        .safeParse({ day: '', text: '', ...given })
      if (!read.success)
        return await showNote(deps, view, c, { values: given, errors: fieldErrorsOf(read.error) })
      await change(deps, c, 'annotation.changed', id, (t, ref) =>
        updateAnnotation(t, ref, read.data),
      )
      return seeOther(c, `${backOf(c, given.back)}#notes`, 'note-saved')
    })
    .post(`${base}/notes/:note/delete`, guard, async (c) => {
      const { id } = await find(deps, c)
      const { back } = await formFields(c)
      await change(deps, c, 'annotation.removed', id, deleteAnnotation)
      return seeOther(c, `${backOf(c, back)}#notes`, 'note-deleted')
    })

const add = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  channelId: string | null,
): Promise<Response> => {
  const given = await formFields(c)
  const shown = await computeShown(deps, view, c, askedIn(c, channelId))
  const { insights } = shown
  const days = notedDays(insights, deps.now())
  const [from, to] = [days.from, days.to].map((day) => shortDay(day, insights.fmt))
  const read = annotationIn(days, `Choose a day from ${from} to ${to}, which this page shows.`)
  const note = read.safeParse({ day: '', text: '', ...given })
  const answer = (errors: AnnotationForm['errors']) =>
    showInsights(deps, view, c, shown, { values: given, errors })
  if (!note.success) return await answer(fieldErrorsOf(note.error))
  const { day, text, about } = note.data
  const isAdded = await insert(deps, c, given, {
    day,
    text,
    channelId: about === 'all' ? null : channelId,
  })
  if (!isAdded)
    return await answer({
      form: `This workspace has ${annotationsMax} notes, which is the most. Delete one first.`,
    })
  return seeOther(c, `${linksOf(insights).to({})}#notes`, 'note-added')
}

/** Adds the note once, however often the form is sent. False if the workspace has no room. */
const insert = async (
  deps: WebDeps,
  c: Context<MemberEnv>,
  given: Record<string, string>,
  note: Pick<Annotation, 'day' | 'text' | 'channelId'>,
): Promise<boolean> => {
  const { workspaceId, userId } = whoIn(c)
  const key = formKeyIn(given, 'annotation', workspaceId, note)
  return await tx(deps.sql, async (t) => {
    const before = key && (await takeFormKey(t, key))
    if (before?.isSame) return true
    const id = await insertAnnotation(t, { ...note, workspaceId, userId }, annotationsMax)
    if (id === null) {
      if (key) await releaseFormKey(t, key.key)
      return false
    }
    if (key) await keepFormKey(t, key, { subjectId: id })
    await recordEvent(t, { name: 'annotation.added', workspaceId, userId, subjectId: id })
    return true
  })
}

type Change = (t: Parameters<typeof deleteAnnotation>[0], ref: Ref) => Promise<boolean>
type Ref = { workspaceId: string; id: string }

/** Changes the note and writes the event. Answers 404 if it was deleted a moment ago. */
const change = async (
  deps: WebDeps,
  c: Context<MemberEnv>,
  name: 'annotation.changed' | 'annotation.removed',
  id: string,
  work: Change,
): Promise<void> => {
  const { workspaceId, userId } = whoIn(c)
  await tx(deps.sql, async (t) => {
    if (!(await work(t, { workspaceId, id }))) throw new HTTPException(404)
    await recordEvent(t, { name, workspaceId, userId, subjectId: id })
  })
}

/** The note of the address. Answers 404 if the workspace has none, 403 to those who may not. */
const find = async (deps: WebDeps, c: Context<MemberEnv>): Promise<Annotation> => {
  const { workspaceId, userId } = whoIn(c)
  const found = await findAnnotation(deps.sql, { workspaceId, id: idParam(c, 'note') })
  if (!found) throw new HTTPException(404)
  if (!mayChange(found, { userId, role: c.var.role }))
    throw new HTTPException(403, {
      message: 'Only the person who wrote this note, or an admin, can change it.',
    })
  return found
}

const showNote = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  { values, errors }: AnnotationForm,
): Promise<Response> => {
  const isFaulty = Object.keys(errors).length > 0
  const back = backOf(c, values.back ?? c.req.query('back'))
  const days = daysKept(today(deps, c))
  const data = { id: idParam(c, 'note'), back, values, errors, days }
  return view.page(
    c,
    'insights/note',
    { ...data, maxCharacters: annotationMaxCharacters },
    isFaulty ? 422 : 200,
  )
}

const whoIn = (c: Context<MemberEnv>) => ({
  workspaceId: c.var.workspace.id,
  userId: c.var.user.id,
})

const today = (deps: WebDeps, c: Context<MemberEnv>): string =>
  dateOf(new Date(deps.now()), c.var.workspace.zone)

const backOf = (c: Context<MemberEnv>, given: string | undefined): string =>
  backIn(c, given)?.split('#')[0] ?? `/w/${c.var.workspace.slug}/insights`
