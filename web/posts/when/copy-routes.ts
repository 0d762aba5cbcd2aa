import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { findPost, type PostRow } from '../../../db/posts/posts.ts'
import { formFields, formList, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { formKeyIn } from '../../http/forms/form-keys.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { readClock } from '../../time/clock.ts'
import { isZone } from '../../time/zones.ts'
import { type Composer, loadComposer } from '../composer.ts'
import { faultSentence, faultsOf } from '../composer-faults.ts'
import { formOfPost } from '../composer-form.ts'
import { makeCopies } from '../post-saving.ts'
import { titleOf } from '../post-title.ts'
import { earliest } from './plan.ts'

const path = '/w/:workspace/posts/:post/duplicate-to'
type MemberContext = Context<MemberEnv>

/** How many copies one form makes. */
export const copiesMax = 12
const rowsAtFirst = 4

/** `error`: what is wrong with this date. */
type Row = { date: string; clock: string; error?: string }
type Typed = { rows: Row[]; as: 'draft' | 'scheduled'; zone: string; key: string }

/** Copies of a post on several dates, each an ordinary post. All are made, or none. */
export const copyRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(path, requireMember(), async (c) => {
      const typed: Typed = { rows: [], as: 'scheduled', zone: c.var.workspace.zone, key: '' }
      return show(view, c, await getPost(deps, c), typed, rowsAtFirst)
    })
    .post(path, requireMember(), async (c) => {
      const post = await getPost(deps, c)
      const fields = await formFields(c)
      const typed = await readTyped(c, fields)
      if (fields.act === 'more') return show(view, c, post, typed, copiesMax)
      const faulty = await copy(deps, c, post, typed)
      if (faulty) return show(view, c, post, faulty, faulty.rows.length, 422)
      const dates = typed.rows.map((row) => row.date).filter((date) => date !== '')
      const first = dates.sort()[0] ?? ''
      const said = typed.as === 'draft' ? 'copies-drafted' : 'copies-scheduled'
      return seeOther(c, `/w/${c.var.workspace.slug}/calendar?at=${first}`, said)
    })

/** Returns null if all copies are made, or else the form with what is wrong. */
const copy = async (
  deps: WebDeps,
  c: MemberContext,
  post: PostRow,
  typed: Typed,
): Promise<Typed | null> => {
  const { workspace, user } = c.var
  const rows = typed.rows.filter((row) => row.date !== '' || row.clock !== '')
  if (rows.length === 0)
    return { ...typed, rows: [{ date: '', clock: '', error: 'Choose at least one day.' }] }
  const source = await formOfPost(deps.sql, workspace, post)
  const composers: Composer[] = []
  for (const { date, clock } of rows) {
    const time = `${date}T${readClock(clock, workspace.dates.hours) ?? clock}`
    const one = {
      time,
      zone: typed.zone,
      when: 'pick' as const,
      fold: null,
      version: 0,
      left: null,
      repeat: null,
    }
    composers.push(await loadComposer(deps, workspace, null, { ...source, ...one }, false))
  }
  const judged = rows.map((row, index) => judge(deps, row, composers[index]!, typed.as))
  if (judged.some((row) => row.error !== undefined)) return { ...typed, rows: judged }
  const key = formKeyIn(typed, 'duplicate', workspace.id, [post.id, rows, typed.as])
  const actor = { workspace, userId: user.id }
  const kept = typed.as === 'draft' ? composers.map(withoutGoneFiles) : composers
  const copies = await makeCopies(deps, actor, kept, typed.as, key)
  if (copies !== 'lost' && 'made' in copies) return null
  if (copies === 'lost')
    return { ...typed, rows: rows.map((row) => ({ ...row, error: 'A file was just deleted.' })) }
  const error = 'The same post goes out on the same account within a day of this time.'
  return {
    ...typed,
    rows: rows.map((row, at) => (at === copies.refused ? { ...row, error } : row)),
  }
}

const judge = (deps: WebDeps, row: Row, composer: Composer, as: Typed['as']): Row => {
  const { time } = composer
  if (!time?.ok) return { ...row, error: time?.words ?? 'Choose a day and a time.' }
  if (as === 'draft') return row
  const [fault] = faultsOf(composer, 'schedule', deps.now())
  if (fault) return { ...row, error: faultSentence(fault) }
  return earliest(composer.plan) ? row : { ...row, error: 'Choose a day and a time.' }
}

/** A draft can do without files that were deleted after their retention time. */
const withoutGoneFiles = (composer: Composer): Composer => ({
  ...composer,
  media: composer.media.filter((file) => file.purgedAt === null),
})

const readTyped = async (c: MemberContext, fields: Record<string, string>): Promise<Typed> => {
  const [dates, clocks] = [await formList(c, 'date'), await formList(c, 'clock')]
  const rows = dates
    .slice(0, copiesMax)
    .map((date, index) => ({ date: date.slice(0, 10), clock: (clocks[index] ?? '').slice(0, 20) }))
  return {
    rows,
    as: fields.as === 'draft' ? 'draft' : 'scheduled',
    zone: isZone(fields.zone ?? '') ? (fields.zone ?? '') : c.var.workspace.zone,
    key: fields.key ?? '',
  }
}

const show = (
  view: Renderer,
  c: MemberContext,
  post: PostRow,
  typed: Typed,
  atLeast: number,
  status = 200,
): Response => {
  const empty = Math.max(0, Math.max(atLeast, rowsAtFirst) - typed.rows.length)
  const rows = [...typed.rows, ...Array.from({ length: empty }, () => ({ date: '', clock: '' }))]
  const base = `/w/${c.var.workspace.slug}`
  const data = { ...typed, rows, post, title: titleOf(post.text), base, copiesMax }
  return view.page(c, 'posts/duplicate-to', data, status)
}

const getPost = async (deps: WebDeps, c: MemberContext): Promise<PostRow> => {
  const ref = { workspaceId: c.var.workspace.id, postId: idParam(c, 'post') }
  const post = await findPost(deps.sql, ref)
  if (!post) throw new HTTPException(404)
  return post
}
