import type { GraphCall } from '../calls/call.ts'
import {
  hasScope,
  type PersonCaller,
  requirePageAccess,
  requirePerson,
  sharedPages,
} from '../calls/caller.ts'
import { parseFields } from '../calls/fields.ts'
import { paginate } from '../calls/paging.ts'
import { refuse } from '../calls/refusal.ts'
import { show } from '../calls/view.ts'
import { notifyDeauthorized } from '../login/callbacks.ts'
import { endGrant } from '../login/removal.ts'
import type { Page } from '../state.ts'
import { pageView, personView } from './page-view.ts'

export const fieldsOf = ({ parameters }: GraphCall) => {
  const text = parameters.text('fields')
  return text ? parseFields(text) : null
}

/** Handles `me` calls under the id of the token's person. Other people are never shown. */
export const ofSelf =
  (handle: (call: GraphCall) => unknown) =>
  (call: GraphCall): unknown => {
    const id = call.c.req.param('id') ?? ''
    const caller = requirePerson(call.caller)
    if (caller.kind !== 'user' || caller.person.id !== id)
      throw refuse.missingObject(id, call.c.req.method)
    return handle(call)
  }

/** GET /me: the person, or the Page if called with a Page token. */
export function readMe(call: GraphCall): object {
  const caller = requirePerson(call.caller)
  const { pageId } = caller.token
  const page = pageId ? requirePageAccess(call.meta, caller, pageId, 'get').page : null
  return show(
    page ? pageView(call.meta, page, caller) : personView(call.meta, caller.person),
    fieldsOf(call),
  )
}

/** GET /me/accounts: the Pages that the person shared with the app. Requires pages_show_list. */
export function listAccounts(call: GraphCall): object {
  const { meta } = call
  const caller = requirePerson(call.caller)
  if (caller.kind === 'page') throw refuse.missingObject('me/accounts', 'get')
  if (!hasScope(caller, 'pages_show_list')) return { data: [] }
  const isComplete =
    meta.settings.portfolioPagesInAccounts && hasScope(caller, 'business_management')
  const pages = sharedPages(meta, caller).filter(({ business }) => business === null || isComplete)
  return showPages(call, caller, pages)
}

/**
 * One page of a list of Pages. If it has too many Pages, Meta asks for a smaller `limit` (fact
 * sheet 5.2, code 1).
 */
export function showPages(call: GraphCall, caller: PersonCaller, pages: Page[]): object {
  const { meta } = call
  const { mostPagesInAnswer, pageListsEmpty } = meta.settings
  const fields = fieldsOf(call) ?? parseFields('access_token,category,name,tasks')
  const listing = paginate(call, pageListsEmpty ? [] : pages, (page) =>
    show(pageView(meta, page, caller), fields),
  )
  if (listing.data.length > mostPagesInAnswer)
    throw refuse.general(
      1,
      undefined,
      "Please reduce the amount of data you're asking for, then retry your request",
    )
  return listing
}

/**
 * DELETE /{user-id}/permissions: from now on, every token of the person fails with 190/458. With a
 * permission's name, only that permission is removed.
 */
export async function deletePermissions(call: GraphCall): Promise<object> {
  const { meta, c, caller } = call
  const asked = c.req.param('id') ?? 'me'
  const personId = asked === 'me' ? requirePerson(caller).person.id : asked
  const person = meta.state.people[personId]
  if (!person?.grant || (caller.kind !== 'app' && caller.person.id !== personId))
    throw refuse.missingObject(asked, 'delete')
  const permission = c.req.param('permission')
  call.ledgerCall.facts.personId = personId
  if (permission) {
    person.grant.scopes = person.grant.scopes.filter((scope) => scope !== permission)
    return { success: true }
  }
  endGrant(meta, person)
  notifyDeauthorized(meta, personId)
  return { success: true }
}
