import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { listAppsOfWorkspace } from '../../db/api/apps.ts'
import { type ListedKey, listApiKeys } from '../../db/api/keys.ts'
import { apiScopes } from '../../db/api/scopes.ts'
import { listEndpoints } from '../../db/webhooks/endpoints.ts'
import { formFields, formList, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { type Errors, fieldErrorsOf } from '../http/forms/fields.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { type Formats, formats } from '../time/formats.ts'
import { endpointView } from '../webhooks/shown.ts'
import { appView } from './app-view.ts'
import { apiKeysMax, endKey, makeKey, type NewKey } from './key-acts.ts'
import { exampleOf } from './reference.ts'
import { scopeWords } from './scope-words.ts'

const path = '/w/:workspace/settings/developers'
/** Characters of a key's name. */
export const keyNameMaxCharacters = 60
/** How long a key can be valid, in days. */
const lifetimes = [7, 30, 90, 365]
/** From so many days before its end, a key is marked. */
const endsSoonDays = 14

const newKey = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'Enter a name.')
    .max(keyNameMaxCharacters, `Use at most ${keyNameMaxCharacters} characters.`),
  scopes: z
    .array(z.string())
    .transform((given) => apiScopes.filter((scope) => given.includes(scope)))
    .pipe(z.array(z.enum(apiScopes)).min(1, 'Choose what the key may do.')),
  days: z.coerce
    .number()
    .refine((days) => lifetimes.includes(days), 'Choose how long the key works.'),
})

/** Keys for the API. Only admins see, make and end them. */
export const keyRoutes = (deps: WebDeps, view: Renderer) => {
  const [admin, fresh] = [requireMember('admin'), requireFresh(deps, view)]
  return forMembers
    .createApp()
    .get(path, admin, (c) => show(deps, view, c))
    .post(`${path}/keys`, admin, fresh, async (c) => {
      const { workspace, user } = c.var
      const fields = await formFields(c)
      const typed = { name: '', days: '', ...fields, scopes: await formList(c, 'scope') }
      const read = newKey.safeParse(typed)
      if (!read.success) return show(deps, view, c, { typed, errors: fieldErrorsOf(read.error) })
      const by = { workspaceId: workspace.id, userId: user.id }
      const formKey = formKeyIn(fields, 'api-key', workspace.id)
      const secret = await makeKey(deps, by, read.data, formKey)
      if (secret === null) return show(deps, view, c, { typed, errors: { name: tooMany } })
      // Only this page shows the key, so the POST answers with the page instead of a redirect.
      return show(deps, view, c, { made: { name: read.data.name, secret } })
    })
    .post(`${path}/keys/:key/end`, admin, fresh, async (c) => {
      const { workspace, user } = c.var
      const by = { workspaceId: workspace.id, userId: user.id }
      const ended = await endKey(deps, by, idParam(c, 'key'))
      if (!ended) throw new HTTPException(404)
      return seeOther(c, `/w/${workspace.slug}/settings/developers`, `${ended}-ended`)
    })
}

const tooMany = `A workspace can have ${apiKeysMax} keys. End one that nobody uses first.`

type Typed = { name: string; days: string; scopes: string[] }
type Shown = { typed?: Typed; errors?: Errors; made?: { name: string; secret: string } }

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  { typed, errors = {}, made }: Shown = {},
): Promise<Response> => {
  const { workspace } = c.var
  const fmt = formats(workspace, deps.now())
  const [keys, endpoints, apps] = await Promise.all([
    listApiKeys(deps.sql, workspace.id),
    listEndpoints(deps.sql, workspace.id),
    listAppsOfWorkspace(deps.sql, workspace.id, new Date(deps.now())),
  ])
  const data = {
    keys: keys.map((key) => keyView(key, fmt, deps.now())),
    endpoints: endpoints.map((one) => endpointView(deps, one, fmt)),
    apps: apps.map(appView),
    mcp: `${deps.config.publicUrl}/mcp`,
    scopes: apiScopes.map((name) => ({ name, ...scopeWords[name] })),
    lifetimes: lifetimes.map((days) => ({ value: String(days), label: lengthOf(days) })),
    values: typed ?? { name: '', days: '90', scopes: ['read', 'draft'] },
    errors,
    made,
    example: exampleOf(deps.config.publicUrl),
    perHour: deps.config.apiRequestsPerHour,
  }
  if (made) c.header('Cache-Control', 'no-store')
  const status = Object.keys(errors).length > 0 ? 422 : 200
  return view.page(c, 'settings/developers', data, status)
}

const lengthOf = (days: NewKey['days']): string => (days === 365 ? '1 year' : `${days} days`)

const dayMs = 86_400_000

const keyView = (key: ListedKey, fmt: Formats, nowMs: number) => {
  const leftMs = key.expiresAt.getTime() - nowMs
  const days = Math.ceil(leftMs / dayMs)
  return {
    ...key,
    access: key.scopes.map((scope) => ({ name: scope, label: scopeWords[scope].label })),
    usedWords: key.usedOn ? fmt.on.longDate(key.usedOn) : 'Never',
    endsWords:
      leftMs <= 0 ? 'Expired' : days <= endsSoonDays ? inDays(days) : fmt.date(key.expiresAt),
    endsTone: leftMs <= 0 ? 'need' : days <= endsSoonDays ? 'wait' : '',
  }
}

const inDays = (days: number): string => (days === 1 ? 'In 1 day' : `In ${days} days`)
