import type { GraphCall } from '../calls/call.ts'
import { hasScope, type PersonCaller, requirePerson, sharedPages } from '../calls/caller.ts'
import { paginate } from '../calls/paging.ts'
import { refuse } from '../calls/refusal.ts'
import { show, view } from '../calls/view.ts'
import { fieldsOf, showPages } from './me.ts'

// Pages that a person manages only through a business portfolio (fact sheet 1.8).

/** GET /me/businesses: the portfolios of the person's Pages. Requires business_management. */
export function listBusinesses(call: GraphCall): object {
  const caller = requireManager(call)
  const found = new Map(
    sharedPages(call.meta, caller).flatMap(({ business }) =>
      business ? [[business.id, business] as const] : [],
    ),
  )
  const fields = fieldsOf(call)
  return paginate(call, [...found.values()], (business) => show(businessView(business), fields))
}

const businessView = ({ id, name }: { id: string; name: string }) =>
  view({ type: 'Business', id, defaults: ['name'], fields: { name: () => name } })

/** GET /{business-id}. */
export function readBusiness(call: GraphCall): object {
  const caller = requireManager(call)
  const id = call.c.req.param('id') ?? ''
  const business = sharedPages(call.meta, caller).find((page) => page.business?.id === id)?.business
  if (!business) throw refuse.missingObject(id, 'get')
  return show(businessView(business), fieldsOf(call))
}

/** GET /{business-id}/owned_pages and /client_pages. */
export const listBusinessPages =
  (relation: 'owned' | 'client') =>
  (call: GraphCall): object => {
    const caller = requireManager(call)
    const id = call.c.req.param('id') ?? ''
    const pages = sharedPages(call.meta, caller).filter(({ business }) => business?.id === id)
    if (pages.length === 0) throw refuse.missingObject(id, 'get')
    return showPages(
      call,
      caller,
      pages.filter(({ business }) => business?.relation === relation),
    )
  }

/** GET /me/assigned_pages: Pages that a portfolio assigned to the person. */
export function listAssignedPages(call: GraphCall): object {
  const caller = requirePerson(call.caller)
  return showPages(
    call,
    caller,
    sharedPages(call.meta, caller).filter(({ business }) => business !== null),
  )
}

function requireManager(call: GraphCall): PersonCaller {
  const caller = requirePerson(call.caller)
  if (!hasScope(caller, 'business_management')) throw refuse.permission('business_management')
  return caller
}
