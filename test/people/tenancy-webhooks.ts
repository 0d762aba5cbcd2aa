const path = '/w/:workspace/settings/developers/webhooks'
const acts = ['events', 'change', 'restore', 'pause', 'delete', 'check', 'messages/:message/again']

/** The rows of the routes of webhooks, which are for admins. */
export const webhookRights = <A>(admins: (answer: number) => A): Record<string, A> => ({
  [`GET ${path}/new`]: admins(200),
  [`POST ${path}`]: admins(422),
  [`GET ${path}/:endpoint`]: admins(404),
  ...Object.fromEntries(acts.map((act) => [`POST ${path}/:endpoint/${act}`, admins(404)])),
})
