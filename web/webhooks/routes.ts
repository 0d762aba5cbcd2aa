import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { findEndpoint } from '../../db/webhooks/endpoints.ts'
import { webhookEvents, webhookFormats } from '../../db/webhooks/events.ts'
import { listMessages } from '../../db/webhooks/messages.ts'
import { isPublicAddress } from '../../text/addresses.ts'
import { formFields, formList, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { type Errors, fieldErrorsOf } from '../http/forms/fields.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import { idParam, isId } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import type { Said } from '../pages/said.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { formats } from '../time/formats.ts'
import {
  addEndpoint,
  chooseEvents,
  endpointsMax,
  overlapHours,
  redeliver,
  removeEndpoint,
  renewSecret,
  sendTest,
  turnOff,
  turnOn,
} from './acts.ts'
import { endpointView, formatWords, messageView, webhookEventWords } from './shown.ts'

const path = '/w/:workspace/settings/developers/webhooks'
/** Characters of an endpoint's address. */
export const endpointUrlMaxCharacters = 1_000
/** Messages on a page of an endpoint's log. */
const pageSize = 30

const events = z
  .array(z.string())
  .transform((given) => webhookEvents.filter((event) => given.includes(event)))
  .pipe(z.array(z.enum(webhookEvents)).min(1, 'Choose at least one event.'))

/** Where webhooks go: endpoints, their log, and buttons to send again. Only admins see it. */
export const webhookRoutes = (deps: WebDeps, view: Renderer) => {
  const [admin, fresh] = [requireMember('admin'), requireFresh(deps, view)]
  const one = `${path}/:endpoint`
  return forMembers
    .createApp()
    .get(`${path}/new`, admin, (c) => showNew(view, c))
    .post(path, admin, fresh, async (c) => {
      const { workspace } = c.var
      const fields = await formFields(c)
      const typed = { url: '', format: '', ...fields, events: await formList(c, 'event') }
      const read = endpointForm(deps).safeParse(typed)
      if (!read.success) return showNew(view, c, typed, fieldErrorsOf(read.error))
      const formKey = formKeyIn(fields, 'webhook', workspace.id)
      const made = await addEndpoint(deps, byOf(c), read.data, formKey)
      if (!made) return showNew(view, c, typed, { url: tooMany })
      // Only this page shows the secret, so the POST answers with the page instead of a redirect.
      const secret = read.data.format === 'standard' ? made.secret : undefined
      return showOne(deps, view, c, made.id, { secret, isNew: true })
    })
    .get(one, admin, (c) => showOne(deps, view, c, idParam(c, 'endpoint')))
    .post(`${one}/events`, admin, fresh, async (c) => {
      const read = events.safeParse(await formList(c, 'event'))
      if (read.success)
        return done(c, await chooseEvents(deps, whichOf(c), read.data), 'webhook-saved')
      const error = read.error.issues[0]?.message
      return showOne(deps, view, c, idParam(c, 'endpoint'), { error })
    })
    .post(`${one}/change`, admin, fresh, async (c) => {
      const secret = await renewSecret(deps, whichOf(c))
      if (!secret) throw new HTTPException(404)
      return showOne(deps, view, c, idParam(c, 'endpoint'), { secret })
    })
    .post(`${one}/restore`, admin, fresh, async (c) =>
      done(c, await turnOn(deps, whichOf(c)), 'webhook-on'),
    )
    .post(`${one}/pause`, admin, async (c) =>
      done(c, await turnOff(deps, whichOf(c)), 'webhook-off'),
    )
    .post(`${one}/delete`, admin, fresh, async (c) => {
      if (!(await removeEndpoint(deps, whichOf(c)))) throw new HTTPException(404)
      return seeOther(c, `/w/${c.var.workspace.slug}/settings/developers`, 'webhook-removed')
    })
    .post(`${one}/check`, admin, async (c) =>
      done(c, await sendTest(deps, whichOf(c)), 'webhook-tested'),
    )
    .post(`${one}/messages/:message/again`, admin, async (c) =>
      done(c, await redeliver(deps, whichOf(c), idParam(c, 'message')), 'webhook-again'),
    )
}

const tooMany = `A workspace can have ${endpointsMax} endpoints. Delete one that nobody uses first.`

/** The rest is refused when a message is sent, because names can lead to other addresses later. */
const endpointForm = ({ config }: WebDeps) =>
  z.object({
    url: z
      .string()
      .trim()
      .min(1, { message: 'Enter the address of your server.', abort: true })
      .max(endpointUrlMaxCharacters, { message: 'This address is too long.', abort: true })
      .transform((text, ctx) => {
        const url = URL.parse(text)
        const error = url ? whyNot(url, config.webhookPrivateAddresses) : wrongAddress
        if (error) ctx.addIssue({ code: 'custom', message: error })
        return url?.href ?? text
      }),
    format: z.enum(webhookFormats, 'Choose a format.'),
    events,
  })

const wrongAddress = 'Enter a full address, such as https://example.com/hooks.'

const whyNot = (url: URL, allowed: string[]): string | null => {
  if (url.username || url.password) return 'Leave out the user name and the password.'
  if (url.protocol === 'http:' && allowed.length > 0) return null
  if (url.protocol !== 'https:') return 'The address has to begin with https://.'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isNumber = host.includes(':') || /^[0-9.]+$/.test(host)
  return allowed.length === 0 && isNumber && !isPublicAddress(host)
    ? 'This address isn’t on the public internet.'
    : null
}

type Typed = { url: string; format: string; events: string[] }

const byOf = (c: Context<MemberEnv>) => ({
  workspaceId: c.var.workspace.id,
  userId: c.var.user.id,
})
const whichOf = (c: Context<MemberEnv>) => ({ ...byOf(c), endpointId: idParam(c, 'endpoint') })

const done = (c: Context<MemberEnv>, isDone: boolean, said: Said): Response => {
  if (!isDone) throw new HTTPException(404)
  const base = `/w/${c.var.workspace.slug}/settings/developers/webhooks`
  return seeOther(c, `${base}/${idParam(c, 'endpoint')}`, said)
}

const choices = {
  events: webhookEvents.map((name) => ({ name, words: webhookEventWords[name] })),
  formats: webhookFormats.map((name) => ({ name, ...formatWords[name] })),
}

const showNew = (
  view: Renderer,
  c: Context<MemberEnv>,
  values: Typed = { url: '', format: 'standard', events: ['post.published', 'post.failed'] },
  errors: Errors = {},
): Response | Promise<Response> => {
  const status = Object.keys(errors).length > 0 ? 422 : 200
  const urlMax = endpointUrlMaxCharacters
  return view.page(c, 'webhooks/new', { ...choices, values, errors, urlMax }, status)
}

type Shown = { secret?: string | undefined; isNew?: boolean; error?: string | undefined }

const showOne = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  endpointId: string,
  { secret, isNew = false, error }: Shown = {},
): Promise<Response> => {
  const { workspace } = c.var
  const ref = { workspaceId: workspace.id, endpointId }
  const endpoint = await findEndpoint(deps.sql, ref)
  if (!endpoint) throw new HTTPException(404)
  const { before = '' } = c.req.query()
  const page = { before: isId(before) ? before : null, limit: pageSize + 1 }
  const found = await listMessages(deps.sql, ref, page)
  const messages = found.slice(0, pageSize).map(messageView)
  const fmt = formats(workspace, deps.now())
  const data = {
    endpoint: endpointView(deps, endpoint, fmt),
    ...choices,
    ...{ messages, secret, isNew, error, overlapHours },
    before: page.before,
    older: found.length > pageSize ? messages.at(-1)!.id : null,
    signsOld: endpoint.oldSecretUntil !== null && endpoint.oldSecretUntil.getTime() > deps.now(),
  }
  if (secret) c.header('Cache-Control', 'no-store')
  return view.page(c, 'webhooks/show', data, error ? 422 : 200)
}
