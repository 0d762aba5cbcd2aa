import { type Access, admins } from './access.ts'

const path = '/w/:workspace/settings/developers/webhooks'
const acts = ['events', 'change', 'restore', 'pause', 'delete', 'check', 'messages/:message/again']

/** The routes of webhooks, which are for admins. */
export const webhookRoutes: Record<string, Access> = {
  [`GET ${path}/new`]: admins(200),
  [`POST ${path}`]: admins(422),
  [`GET ${path}/:endpoint`]: admins(404),
  ...Object.fromEntries(acts.map((act) => [`POST ${path}/:endpoint/${act}`, admins(404)])),
}
