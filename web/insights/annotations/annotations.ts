import { z } from 'zod'
import { type Annotation, listAnnotations } from '../../../db/insights/annotations.ts'
import type { Role } from '../../../db/people/memberships.ts'
import type { WebDeps } from '../../http/env.ts'
import type { Errors } from '../../http/forms/fields.ts'
import { dateOf } from '../../time/wall-time.ts'
import type { Mark } from '../lines.ts'
import type { Links } from '../links.ts'
import { accountWords, shortDay } from '../notes.ts'
import type { Insights } from '../page.ts'
import { type Days, dateIn } from '../range.ts'

export const annotationMaxCharacters = 200
/** In a workspace. */
export const annotationsMax = 500
/** On a page, and marked in its chart. The CSV has all. */
const listedMost = 100

/** What was typed into the form, and what is wrong with it. */
export type AnnotationForm = { values: Record<string, string>; errors: Errors }

/** Whether this person may change or delete the note: its author and admins may. */
export const mayChange = (
  { authorId }: Pick<Annotation, 'authorId'>,
  viewer: { userId: string; role: Role },
): boolean => viewer.role === 'admin' || authorId === viewer.userId

/**
 * The days whose notes a page lists. A named range ends yesterday, but what happens today is noted
 * today.
 */
export const notedDays = ({ range, workspace }: Insights, nowMs: number): Days => ({
  from: range.from,
  to: range.key === 'own' ? range.to : dateOf(new Date(nowMs), workspace.zone),
})

/** `about` is only asked on the page of an account. */
export const annotationIn = ({ from, to }: Days, otherDays: string) =>
  z.object({
    day: z
      .string()
      .refine((day) => dateIn(day) !== null, { message: 'Choose a day.', abort: true })
      .refine((day) => day >= from && day <= to, otherDays),
    text: z
      .string()
      .trim()
      .min(1, { message: 'Write what happened.', abort: true })
      .max(annotationMaxCharacters, `Use at most ${annotationMaxCharacters} characters.`),
    about: z.enum(['account', 'all']).default('account'),
  })

export const loadAnnotations = async (
  deps: WebDeps,
  insights: Insights,
): Promise<{ list: Annotation[]; hasMore: boolean }> => {
  const days = notedDays(insights, deps.now())
  const found = await listAnnotations(deps.sql, insights.scope, days, listedMost + 1)
  return { list: found.slice(0, listedMost), hasMore: found.length > listedMost }
}

/** The note, with the name of its account where the page is not about that account alone. */
const wordsOf = ({ channelId, text }: Annotation, { accounts, channel }: Insights): string => {
  const account = accounts.find((one) => one.id === channelId)
  return account && !channel ? `${accountWords(account)}: ${text}` : text
}

/** The notes on days of the range, for the chart and its table. */
export const annotationMarks = (list: Annotation[], insights: Insights): Mark[] =>
  list
    .filter(({ day }) => day >= insights.range.from && day <= insights.range.to)
    .map((one) => ({ day: one.day, words: wordsOf(one, insights) }))
    .reverse()

/** The notes of each day, for the CSV. */
export const annotationsByDay = async (
  deps: WebDeps,
  insights: Insights,
): Promise<Map<string, string>> => {
  const list = await listAnnotations(deps.sql, insights.scope, insights.range, annotationsMax)
  const byDay = new Map<string, string>()
  for (const { day, words } of annotationMarks(list, insights))
    byDay.set(day, [byDay.get(day) ?? [], words].flat().join('; '))
  return byDay
}

/** The data of the card with the notes and the form. */
export const annotationsView = (
  { list, hasMore }: { list: Annotation[]; hasMore: boolean },
  insights: Insights,
  {
    links,
    viewer,
    form,
    nowMs,
  }: {
    links: Links
    viewer: { userId: string; role: Role }
    form: AnnotationForm | null
    nowMs: number
  },
) => {
  const { fmt, workspace, channel } = insights
  const days = notedDays(insights, nowMs)
  const here = links.to({})
  const at = `/w/${workspace.slug}/insights/notes`
  return {
    items: list.map((one) => ({
      day: one.day,
      dayWords: shortDay(one.day, fmt),
      words: wordsOf(one, insights),
      isForAll: channel !== null && one.channelId === null,
      author: one.author,
      isLater: one.day > insights.range.to,
      href: mayChange(one, viewer) ? `${at}/${one.id}?back=${encodeURIComponent(here)}` : null,
    })),
    listed: list.length,
    hasMore,
    days,
    action: here.replace(links.path, `${links.path}/notes`),
    values: { day: days.to, text: '', about: 'account', ...form?.values },
    errors: form?.errors ?? {},
    maxCharacters: annotationMaxCharacters,
  }
}
