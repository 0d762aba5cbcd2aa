import type { Api } from './operation.ts'

/** The OpenAPI document, made of the operations themselves. */
export const documentOf = (api: Api, publicUrl: string) => {
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key: `cs_` and 43 characters. Admins make keys under Settings.',
  })
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'CrateSocial API',
      version: '1',
      description:
        'Everything that pages do with posts, for programs. Each write needs an Idempotency-Key and happens once. Nothing is published that the rules of a platform refuse.',
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    tags: tags.map(([name, description]) => ({ name, description })),
  })
}

const tags: [string, string][] = [
  ['Key', 'The key of the request.'],
  ['Accounts', 'Connected accounts of the workspace.'],
  ['Media', 'Photos and videos. Upload first, then use them in posts.'],
  ['Uploads', 'Large files in parts, which continue after a lost connection (tus 1.0.0).'],
  ['Posts', 'Drafts, scheduled posts, and what happened to them on each account.'],
  ['Insights', 'Numbers of published posts.'],
  ['Labels', 'What a team sorts its posts by.'],
  ['Slots', 'Weekly posting times, and the free ones.'],
  ['Activity', 'Who did what.'],
  ['Webhooks', 'Messages that we send to the endpoints of a workspace.'],
]
