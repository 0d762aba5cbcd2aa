import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { listAccountNames } from '../../../db/channels/account-facts.ts'
import {
  findImport,
  type ImportRow,
  listImportRows,
  listImports,
} from '../../../db/posts/imports/imports.ts'
import { csvTable } from '../../../text/csv.ts'
import { isPartial, seeOther, sendCsv } from '../../http/answers.ts'
import { forMembers, type MemberEnv, memberIn, type WebDeps } from '../../http/env.ts'
import { takesUpload } from '../../http/forms/body.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { titleOf } from '../post-title.ts'
import { startImporting, undoImport } from './acts.ts'
import { checkFile } from './check-file.ts'
import { headerOf, headerRow } from './columns.ts'
import { NoTable } from './no-table.ts'
import { importMaxBytes, importRowsMax } from './table.ts'
import { takeUpload } from './upload.ts'
import { templateWorkbook } from './workbooks/template.ts'

type MemberContext = Context<MemberEnv>
const base = '/w/:workspace/posts'
const one = `${base}/imports/:import`
/** Rows that the page shows before the import. */
const rowsShown = 10
const recent = 10

/** Posts from a file: upload, check, import all or nothing, undo. */
export const importRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(`${base}/import`, requireMember(), (c) => showForm(deps, view, c))
    .get(`${base}/import/template`, requireMember(), (c) => sendTemplate(deps, c))
    .post(`${base}/import`, requireMember(), takesUpload, async (c) => {
      try {
        const actor = memberIn(c)
        const id = await checkFile(deps, actor, await takeUpload(c))
        return seeOther(c, `/w/${c.var.workspace.slug}/posts/imports/${id}`)
      } catch (error) {
        if (!(error instanceof NoTable)) throw error
        return showForm(deps, view, c, error.message)
      }
    })
    .get(one, requireMember(), async (c) => show(deps, view, c, await find(deps, c)))
    .post(`${one}/confirm`, requireMember(), async (c) => {
      const { id } = await find(deps, c)
      if (!(await startImporting(deps, { ...refOf(c), userId: c.var.user.id })))
        throw new HTTPException(404)
      return seeOther(c, `/w/${c.var.workspace.slug}/posts/imports/${id}`)
    })
    .post(`${one}/undo`, requireMember(), async (c) => {
      const row = await find(deps, c)
      const done = await undoImport(deps, { ...refOf(c), userId: c.var.user.id })
      if (done === 'gone') throw new HTTPException(404)
      if (done === 'out') return show(deps, view, c, row, outWords)
      return seeOther(c, `/w/${c.var.workspace.slug}/posts/imports/${row.id}`, 'import-undone')
    })

const outWords =
  'This import can’t be undone any more: at least one of its posts is out, is being sent, failed or was missed. You can still cancel each of the others.'

const refOf = (c: MemberContext) => ({
  workspaceId: c.var.workspace.id,
  importId: idParam(c, 'import'),
})

const find = async (deps: WebDeps, c: MemberContext): Promise<ImportRow> => {
  const row = await findImport(deps.sql, refOf(c))
  if (!row) throw new HTTPException(404)
  return row
}

const showForm = async (deps: WebDeps, view: Renderer, c: MemberContext, error = '') => {
  const [imports, accounts] = await Promise.all([
    listImports(deps.sql, c.var.workspace.id, recent),
    listAccountNames(deps.sql, c.var.workspace.id),
  ])
  const data = {
    error,
    imports,
    hasAccounts: accounts.length > 0,
    header: headerOf(deps.platforms),
    maxBytes: importMaxBytes,
    maxRows: importRowsMax,
    at: `/w/${c.var.workspace.slug}/posts`,
  }
  return view.page(c, 'imports/new', data, error ? 422 : 200)
}

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  row: ImportRow,
  error = '',
): Promise<Response> => {
  const rows = row.state === 'checked' ? await listImportRows(deps.sql, refOf(c), rowsShown) : []
  const accounts = await listAccountNames(deps.sql, c.var.workspace.id)
  const names = new Map(accounts.map((account) => [account.id, account.name]))
  const at = `/w/${c.var.workspace.slug}/posts`
  const data = {
    row: { ...row, faults: row.faults.filter((fault) => fault.row !== headerRow) },
    leftOut: row.faults.filter((fault) => fault.row === headerRow).map(({ column }) => column),
    error,
    at,
    here: `${at}/imports/${row.id}`,
    calendar: `/w/${c.var.workspace.slug}/calendar`,
    posts: rows.map(({ position, post }) => ({
      position,
      title: titleOf(post.text),
      isDraft: post.state === 'draft',
      dueAt: post.dueAt === null ? null : new Date(post.dueAt),
      accounts: Object.keys(post.choices).map((id) => names.get(id) ?? ''),
    })),
  }
  c.header('Cache-Control', 'no-store')
  return isPartial(c) && c.req.method === 'GET'
    ? view.partial(c, 'imports/_state', data)
    : view.page(c, 'imports/show', data, error ? 409 : 200)
}

/** CSV, or a workbook if the address ends with `?as=xlsx`. */
const sendTemplate = async (deps: WebDeps, c: MemberContext): Promise<Response> => {
  const header = headerOf(deps.platforms)
  const name = 'posts-template'
  if (c.req.query('as') !== 'xlsx') return sendCsv(c, csvTable([header]), name)
  return c.body(new Uint8Array(await templateWorkbook(header)), 200, {
    'Content-Type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'Content-Disposition': `attachment; filename="${c.var.workspace.slug}-${name}.xlsx"`,
    'Cache-Control': 'no-store',
  })
}
