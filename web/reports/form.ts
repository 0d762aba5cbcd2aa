import { z } from 'zod'
import { listLabels } from '../../db/posts/labels/labels.ts'
import {
  type Report,
  type ReportChoices,
  reportPeriods,
  reportSections,
} from '../../db/reports/reports.ts'
import type { AnyContext, WebDeps, Workspace } from '../http/env.ts'
import { fieldErrorsOf } from '../http/forms/fields.ts'
import { readForm } from '../http/forms/forms.ts'
import { loadAccounts } from '../insights/accounts.ts'
import { dateIn } from '../insights/range.ts'
import { addDays } from '../time/days.ts'
import { reportColor, usualColor } from './color.ts'

/** In a workspace. */
export const reportsMax = 100
/** In characters. */
export const reportTitleMax = 80
export const reportNoteMax = 2_000
export const reportDaysMax = 92

/** What was typed, which comes back if something is wrong with it. */
export type TypedReport = {
  title: string
  note: string
  period: string
  from: string
  to: string
  sections: string[]
  accounts: string[]
  platform: string
  label: string
  color: string
}

export const emptyReport = (workspace: Pick<Workspace, 'name'>): TypedReport => ({
  ...{ title: workspace.name, note: '', period: 'month', from: '', to: '' },
  ...{ sections: [...reportSections], accounts: [], platform: '', label: '' },
  color: `#${usualColor}`,
})

export const typedReport = (report: Report): TypedReport => ({
  ...{ title: report.title, note: report.note, period: report.period },
  ...{ from: report.fromDay ?? '', to: report.toDay ?? '' },
  ...{ sections: report.sections, accounts: report.channelIds ?? [] },
  ...{ platform: report.platform ?? '', label: report.labelId ?? '' },
  color: `#${report.color}`,
})

/** The form as it was sent. Its note keeps line breaks. */
export const typedIn = async (c: AnyContext): Promise<TypedReport & { key: string }> => {
  const form = await readForm(c)
  const all = (name: string) => form.getAll(name).map(String)
  const last = (name: string) => all(name).at(-1) ?? ''
  return {
    ...{ key: last('key'), title: last('title').trim(), note: last('note').trim() },
    ...{ period: last('period'), from: last('from'), to: last('to') },
    ...{ sections: all('section'), accounts: all('account') },
    ...{ platform: last('platform'), label: last('label'), color: last('color') },
  }
}

/** What can be chosen in the workspace. */
export const loadChoices = async (deps: WebDeps, workspaceId: string) => {
  const [accounts, labels] = await Promise.all([
    loadAccounts(deps, { workspaceId, channelId: null }),
    listLabels(deps.sql, workspaceId),
  ])
  const names = new Map(accounts.map((one) => [one.platform, one.label]))
  return { accounts, labels, platforms: [...names].map(([name, label]) => ({ name, label })) }
}
type Choices = Awaited<ReturnType<typeof loadChoices>>

/** What the report will be, or what is wrong with the form. */
export const choicesIn = (typed: TypedReport, offered: Choices) => {
  const ids = offered.accounts.map(({ id }) => id)
  const read = shape.safeParse({
    ...typed,
    accounts: typed.accounts.filter((id) => ids.includes(id)),
    platform: offered.platforms.some(({ name }) => name === typed.platform) ? typed.platform : '',
    label: offered.labels.some(({ id }) => id === typed.label) ? typed.label : '',
  })
  if (!read.success) return { errors: fieldErrorsOf(read.error) }
  const { accounts, from, to, label, platform, ...kept } = read.data
  const isOwn = kept.period === 'own'
  const choices: ReportChoices = {
    ...kept,
    ...{ fromDay: isOwn ? from : null, toDay: isOwn ? to : null },
    sections: reportSections.filter((one) => kept.sections.includes(one)),
    channelIds: accounts.length > 0 ? accounts : null,
    ...{ platform: platform || null, labelId: label || null },
  }
  return { choices }
}

const shape = z
  .object({
    title: z
      .string()
      .min(1, { message: 'Enter a title.', abort: true })
      .max(reportTitleMax, `Use at most ${reportTitleMax} characters.`)
      .regex(/^[^\r\n]*$/, 'Use one line.'),
    note: z.string().max(reportNoteMax, `Use at most ${reportNoteMax} characters.`),
    period: z.enum(reportPeriods, { error: 'Choose a period.' }),
    from: z.string(),
    to: z.string(),
    sections: z.array(z.enum(reportSections)).min(1, 'Choose at least one section.').max(10),
    accounts: z.array(z.string()).max(500),
    platform: z.string(),
    label: z.string(),
    color: reportColor,
  })
  .superRefine(({ period, from, to }, context) => {
    if (period !== 'own') return
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (!dateIn(from)) fault('from', 'Choose the first day.')
    else if (!dateIn(to)) fault('to', 'Choose the last day.')
    else if (to < from) fault('to', 'The last day is before the first day. Choose a later one.')
    else if (to > addDays(from, reportDaysMax - 1))
      fault('to', `A report has at most ${reportDaysMax} days. Choose an earlier last day.`)
  })
