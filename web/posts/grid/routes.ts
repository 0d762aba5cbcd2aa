import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { formFields, formList, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { formats } from '../../time/formats.ts'
import { isZone } from '../../time/zones.ts'
import { gridAccounts, loadGrid } from './load.ts'
import { mostTrades, readTrades } from './plan.ts'
import { readMoves, saveOrder } from './saving.ts'

type MemberContext = Context<MemberEnv>
type Asked = { account: string | undefined; trades: string[] }

/** What the page says above the changes when it didn't save them. */
const refusals = {
  late: 'Not saved: one of these times has passed. Choose another order.',
  changed:
    'Not saved: one of these posts changed in the meantime. The grid shows the latest. Check the new order, then save it.',
  unreadable: 'Not saved: the form was incomplete. Check the new order, then save it.',
}

/** The grid of an account's profile, where posts trade times. */
export const gridRoutes = (deps: WebDeps, view: Renderer) => {
  const show = async (
    c: MemberContext,
    { account: id, trades: typed }: Asked,
    refusal: keyof typeof refusals | null = null,
  ): Promise<Response> => {
    const { workspace } = c.var
    const accounts = await gridAccounts(deps, workspace.id)
    const account = id ? accounts.find((one) => one.id === id) : accounts[0]
    if (id && !account) throw new HTTPException(404)
    const base = `/w/${workspace.slug}`
    if (!account) return view.page(c, 'grid/none', { base, platforms: withGrid(deps) })
    const trades = readTrades(typed)
    const grid = await loadGrid(deps, workspace, { account, trades })
    const address = (more: typeof trades) =>
      `${base}/calendar/grid?${new URLSearchParams([
        ['account', account.id],
        ...more.map((trade): [string, string] => ['trade', trade.join('.')]),
      ])}`
    const last = grid.upcoming[0]?.at
    const data = {
      ...grid,
      ...{ base, account, accounts, trades, refusal: refusal && refusals[refusal] },
      here: address(trades),
      discard: address([]),
      isFull: trades.length >= mostTrades,
      seenOn: last ? formats(workspace, deps.now()).day(last) : '',
    }
    const status = refusal === null ? 200 : refusal === 'changed' ? 409 : 422
    if (c.req.query('part') === 'grid') return view.partial(c, 'grid/_grid', data)
    return view.page(c, 'grid/index', data, status)
  }
  return forMembers
    .createApp()
    .get('/w/:workspace/calendar/grid', requireMember(), (c) =>
      show(c, { account: c.req.query('account'), trades: c.req.queries('trade') ?? [] }),
    )
    .post('/w/:workspace/calendar/grid/move', requireMember(), async (c) => {
      const { workspace, user } = c.var
      const { account = '', zone = '' } = await formFields(c)
      if (account === '') throw new HTTPException(404)
      const asked = { account, trades: await formList(c, 'trade') }
      const moves = readMoves(await formList(c, 'move'))
      if (!moves || moves.length === 0 || !isZone(zone)) return show(c, asked, 'unreadable')
      const saved = await saveOrder(deps, { workspace, userId: user.id }, { moves, zone })
      if (saved !== 'saved') return show(c, asked, saved)
      return seeOther(c, `/w/${workspace.slug}/calendar/grid?account=${account}`, 'order-saved')
    })
}

const withGrid = (deps: WebDeps): string[] =>
  [...deps.platforms.platforms.values()]
    .filter(({ profileGrid }) => profileGrid)
    .map(({ label }) => label)
