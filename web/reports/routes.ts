import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import { keepFormKey, releaseFormKey, takeFormKey } from '../../db/posts/form-keys.ts'
import {
  deleteReport,
  findReport,
  insertReport,
  listReports,
  type Report,
  type ReportChoices,
  reportSections,
  updateReport,
} from '../../db/reports/reports.ts'
import { skipEndedPeriods } from '../../db/reports/schedules.ts'
import { periodWords, reportDays } from '../../posting/reports/period.ts'
import { seeOther } from '../http/answers.ts'
import { actorIn, forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import type { Errors } from '../http/forms/fields.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { dateOf } from '../time/wall-time.ts'
import {
  choicesIn,
  emptyReport,
  loadChoices,
  reportNoteMax,
  reportsMax,
  reportTitleMax,
  type TypedReport,
  typedIn,
  typedReport,
} from './form.ts'
import { showReport } from './show.ts'
import { periodLabels, sectionLabels } from './words.ts'

type MemberContext = Context<MemberEnv>
const base = '/w/:workspace/reports'

/** Reports for clients. Every member can make, change and share them. */
export const reportRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get(base, guard, (c) => showList(deps, view, c))
    .get(`${base}/new`, guard, (c) =>
      showForm(deps, view, c, { report: null, typed: emptyReport(c.var.workspace), errors: {} }),
    )
    .post(base, guard, async (c) => {
      const typed = await typedIn(c)
      const read = choicesIn(typed, await loadChoices(deps, c.var.workspace.id))
      if (!read.choices)
        return showForm(deps, view, c, { report: null, typed, errors: read.errors ?? {} })
      const id = await add(deps, c, typed.key, read.choices)
      if (id) return seeOther(c, `${listIn(c)}/${id}`, 'report-saved')
      const errors = { title: `This workspace has ${reportsMax} reports. Delete one first.` }
      return showForm(deps, view, c, { report: null, typed, errors })
    })
    .get(`${base}/:report`, guard, async (c) => showReport(deps, view, c, await reportIn(deps, c)))
    .get(`${base}/:report/edit`, guard, async (c) => {
      const report = await reportIn(deps, c)
      return showForm(deps, view, c, { report, typed: typedReport(report), errors: {} })
    })
    .post(`${base}/:report/change`, guard, async (c) => {
      const report = await reportIn(deps, c)
      const typed = await typedIn(c)
      const read = choicesIn(typed, await loadChoices(deps, c.var.workspace.id))
      if (!read.choices)
        return showForm(deps, view, c, { report, typed, errors: read.errors ?? {} })
      const content = { ...read.choices, ...styleOf(c) }
      await tx(deps.sql, async (t) => {
        if (!(await updateReport(t, refOf(c, report), content))) throw new HTTPException(404)
        const { period, weekStart } = content
        if (period !== 'own' && (period !== report.period || weekStart !== report.weekStart))
          await skipEndedPeriods(t, refOf(c, report), reportDays(content, todayIn(deps, c)).to)
        await recordEvent(t, { name: 'report.changed', ...actorIn(c), subjectId: report.id })
      })
      return seeOther(c, `${listIn(c)}/${report.id}`, 'report-saved')
    })
    .post(`${base}/:report/delete`, guard, async (c) => {
      const report = await reportIn(deps, c)
      await tx(deps.sql, async (t) => {
        if (!(await deleteReport(t, refOf(c, report)))) throw new HTTPException(404)
        await recordEvent(t, { name: 'report.removed', ...actorIn(c), subjectId: report.id })
      })
      return seeOther(c, listIn(c), 'report-deleted')
    })
}

/** The report of the address. Answers 404 if the workspace has none. */
export const reportIn = async (deps: WebDeps, c: MemberContext): Promise<Report> => {
  const ref = { workspaceId: c.var.workspace.id, reportId: idParam(c, 'report') }
  const found = await findReport(deps.sql, ref)
  if (!found) throw new HTTPException(404)
  return found
}

export const refOf = (c: MemberContext, { id }: Pick<Report, 'id'>) => ({
  workspaceId: c.var.workspace.id,
  reportId: id,
})
export const listIn = (c: MemberContext): string => `/w/${c.var.workspace.slug}/reports`

const todayIn = (deps: WebDeps, c: MemberContext): string =>
  dateOf(new Date(deps.now()), c.var.workspace.zone)

/** The report writes dates as the person who saves it. */
const styleOf = (c: MemberContext) => {
  const { hours, dateOrder, weekStart } = c.var.workspace.dates
  return { hours, dateOrder, weekStart }
}

/** Adds the report once, however often the form is sent. Null if the workspace has no room. */
const add = (
  deps: WebDeps,
  c: MemberContext,
  key: string,
  choices: ReportChoices,
): Promise<string | null> =>
  tx(deps.sql, async (t) => {
    const formKey = formKeyIn({ key }, 'report', c.var.workspace.id, choices)
    const before = formKey && (await takeFormKey(t, formKey))
    if (before?.isSame && before.subjectId) return before.subjectId
    const id = await insertReport(t, actorIn(c), { ...choices, ...styleOf(c) }, reportsMax)
    if (id === null) {
      if (formKey) await releaseFormKey(t, formKey.key)
      return null
    }
    if (formKey) await keepFormKey(t, formKey, { subjectId: id })
    await recordEvent(t, { name: 'report.made', ...actorIn(c), subjectId: id })
    return id
  })

const showList = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  const { id, zone } = c.var.workspace
  const now = new Date(deps.now())
  const reports = await listReports(deps.sql, id)
  return view.page(c, 'reports/index', {
    reports: reports.map((one) => ({
      ...one,
      when: periodWords(one, reportDays(one, dateOf(now, zone))),
      isOpen: one.linkExpiresAt !== null && one.linkExpiresAt > now,
    })),
  })
}

const showForm = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  { report, ...form }: { report: Report | null; typed: TypedReport; errors: Errors },
): Promise<Response> => {
  const isFaulty = Object.keys(form.errors).length > 0
  const data = {
    ...{ ...form, report, ...(await loadChoices(deps, c.var.workspace.id)) },
    ...{ sectionLabels, periodLabels, sections: reportSections, reportTitleMax, reportNoteMax },
  }
  return view.page(c, 'reports/form', data, isFaulty ? 422 : 200)
}
