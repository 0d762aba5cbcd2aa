import { notifyDeauthorized } from './callbacks.ts'
import { hasScope, requirePageAccess, requirePerson } from './caller.ts'
import { parseFields } from './fields.ts'
import type { GraphCall } from './graph-endpoint.ts'
import { pageView, personView } from './page-view.ts'
import { paginate } from './paging.ts'
import { refuse } from './refusal.ts'
import { endGrant } from './removal.ts'
import { show } from './view.ts'

export const fieldsOf = ({ parameters }: GraphCall) => {
  const text = parameters.text('fields')
  return text ? parseFields(text) : null
}

/** GET /me: the person, or the Page when asked with a Page token. */
export function readMe(call: GraphCall): object {
  const caller = requirePerson(call.caller)
  const { pageId } = caller.token
  const page = pageId ? requirePageAccess(call.meta, caller, pageId, 'get').page : null
  return show(page ? pageView(call.meta, page, caller) : personView(call.meta, caller.person), fieldsOf(call))
}

/** GET /me/accounts: the Pages that the person shared with the app. Needs pages_show_list. */
export function listAccounts(call: GraphCall): object {
  const { meta } = call
  const caller = requirePerson(call.caller)
  if (caller.kind === 'page') throw refuse.missingObject('me/accounts', 'get')
  if (!hasScope(caller, 'pages_show_list')) return { data: [] }
  const pages = Object.values(meta.state.pages).filter(
    (page) =>
      page.roles[caller.person.id] &&
      caller.grant.pageIds.includes(page.id) &&
      (!page.viaBusiness || hasScope(caller, 'business_management')),
  )
  const fields = fieldsOf(call) ?? parseFields('access_token,category,name,tasks')
  return paginate(call, pages, (page) => show(pageView(meta, page, caller), fields))
}

/** DELETE /{user-id}/permissions: every token of the person answers 190/458 from now on. With a name only that permission goes. */
export async function deletePermissions(call: GraphCall): Promise<object> {
  const { meta, c, caller } = call
  const asked = c.req.param('id') ?? 'me'
  const personId = asked === 'me' ? requirePerson(caller).person.id : asked
  const person = meta.state.people[personId]
  if (!person?.grant || (caller.kind !== 'app' && caller.person.id !== personId)) throw refuse.missingObject(asked, 'delete')
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
