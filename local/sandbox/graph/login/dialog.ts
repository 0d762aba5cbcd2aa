import type { Context, Handler } from 'hono'
import { endpoint } from '../../endpoint.ts'
import { page } from '../../views.ts'
import type { SandboxEnv } from '../../world.ts'
import { injectedError } from '../calls/error-answer.ts'
import { newCode } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { Grant, InstagramAccount, Page, Person } from '../state.ts'
import { type DialogRequest, readDialogRequest } from './dialog-request.ts'

/** GET /{v}/dialog/oauth: first asks who the person is, then what to allow (fact sheet 1.1). */
export function dialogPage(meta: Meta): Handler<SandboxEnv> {
  return endpoint(meta.world, dialogName(meta, 'dialog'), (c) => {
    const query = new URLSearchParams(c.req.query())
    const request = readDialogRequest(meta, query)
    if ('problem' in request)
      return c.html(page('dialog-error', { title: 'Login problem', problem: request.problem }), 400)
    const person = meta.state.people[query.get('person') ?? '']
    return c.html(person ? consentPage(meta, request, person, query) : peoplePage(meta, query))
  })
}

/**
 * POST to the same path: the person's decision. Redirects to the app unless the request is invalid.
 */
export function dialogDecision(meta: Meta): Handler<SandboxEnv> {
  return endpoint(meta.world, dialogName(meta, 'dialog.decide'), async (c) => {
    const form = new URLSearchParams(await c.get('body').text())
    const request = readDialogRequest(meta, form)
    if ('problem' in request)
      return c.html(page('dialog-error', { title: 'Login problem', problem: request.problem }), 400)
    const person = meta.state.people[form.get('person') ?? '']
    if (!person || form.get('decision') !== 'continue') return c.redirect(refusedUrl(request), 302)
    decide(meta, request, person, form)
    c.get('call').facts.personId = person.id
    return c.redirect(grantedUrl(meta, request, person), 302)
  })
}

const dialogName = (meta: Meta, name: string) => ({
  platform: 'meta' as const,
  endpoint: name,
  platformError: (c: Context<SandboxEnv>, rule: Parameters<typeof injectedError>[2]) =>
    injectedError(meta, c, rule),
})

const peoplePage = (meta: Meta, query: URLSearchParams): string =>
  page('dialog-people', {
    title: 'Log in',
    app: meta.app.name,
    people: Object.values(meta.state.people),
    hidden: [...query],
  })

function consentPage(
  meta: Meta,
  request: DialogRequest,
  person: Person,
  query: URLSearchParams,
): string {
  const asked = askedScopes(request, person.grant)
  const { pages, accounts } = shareable(meta, person)
  return page('dialog', {
    title: 'Permissions',
    app: meta.app.name,
    person,
    asked,
    pages,
    accounts,
    allOrNothing: request.allOrNothing,
    hidden: [...query],
  })
}

/** Permissions that were declined before are requested again only with auth_type=rerequest. */
function askedScopes(request: DialogRequest, grant: Grant | null): string[] {
  if (request.authType === 'rerequest' || request.allOrNothing) return request.scopes
  return request.scopes.filter((scope) => !grant?.declined.includes(scope))
}

function shareable(meta: Meta, person: Person): { pages: Page[]; accounts: InstagramAccount[] } {
  const pages = Object.values(meta.state.pages).filter((page) => page.roles[person.id])
  const linked = pages.map((page) =>
    page.instagramId ? meta.state.instagram[page.instagramId] : undefined,
  )
  return { pages, accounts: linked.filter((account) => account !== undefined) }
}

function decide(meta: Meta, request: DialogRequest, person: Person, form: URLSearchParams): void {
  const asked = askedScopes(request, person.grant)
  const ticked = request.allOrNothing
    ? asked
    : asked.filter((scope) => form.getAll('grant').includes(scope))
  const kept = (person.grant?.scopes ?? []).filter((scope) => !asked.includes(scope))
  const scopes = [...new Set(['public_profile', ...kept, ...ticked])]
  const refused = [...(person.grant?.declined ?? []), ...asked]
  person.grant = {
    scopes,
    declined: [...new Set(refused)].filter((scope) => !scopes.includes(scope)),
    pageIds: form.getAll('page'),
    instagramIds: form.getAll('instagram'),
    dataAccessExpiresAtMs: meta.world.clock.now() + meta.settings.dataAccessLifeMs,
  }
}

function grantedUrl(meta: Meta, request: DialogRequest, person: Person): string {
  const code = meta.world.ledger.handOut(newCode(meta.settings.tokenMark))
  meta.state.codes[code] = {
    code,
    personId: person.id,
    scopes: person.grant?.scopes ?? [],
    redirectUri: request.redirectUri,
    expiresAtMs: meta.world.clock.now() + meta.settings.codeLifeMs,
    used: false,
  }
  return `${withQuery(request, { code })}#_=_`
}

const refusedUrl = (request: DialogRequest): string =>
  withQuery(request, {
    error: 'access_denied',
    error_code: '200',
    error_description: 'Permissions error',
    error_reason: 'user_denied',
  })

/** Keeps the app's URL as registered and returns `state` unchanged. */
function withQuery({ redirectUri, state }: DialogRequest, query: Record<string, string>): string {
  const added = new URLSearchParams(state === null ? query : { ...query, state })
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${added}`
}
