/**
 * What is not in the published spec, each with its document. An exception that no request needs
 * fails the check.
 */
export type Exception = { name: string; source: string }

const docs = 'https://developers.facebook.com/docs'

/** A whole call, with the parameters or headers in its document. */
export type OutsideCall = Exception & {
  host: RegExp
  method: RegExp
  path: RegExp
  takes: string[]
  headers?: RegExp[]
}
export const outsideCalls: OutsideCall[] = [
  {
    name: 'the dialog in which a person consents',
    host: /^facebook$/,
    method: /^GET$/,
    path: /^\/v[0-9.]+\/dialog\/oauth$/,
    takes: [
      'client_id',
      'redirect_uri',
      'state',
      'response_type',
      'scope',
      'config_id',
      'auth_type',
      'display',
    ],
    source: `${docs}/facebook-login/guides/advanced/manual-flow`,
  },
  {
    name: 'the exchange of a code or a token',
    host: /^graph$/,
    method: /^(GET|POST)$/,
    path: /^\/v[0-9.]+\/oauth\/access_token$/,
    takes: [
      'client_id',
      'client_secret',
      'redirect_uri',
      'code',
      'grant_type',
      'fb_exchange_token',
    ],
    source: `${docs}/facebook-login/guides/access-tokens/get-long-lived`,
  },
  {
    name: 'what a token may do',
    host: /^graph$/,
    method: /^GET$/,
    path: /^\/v[0-9.]+\/debug_token$/,
    takes: ['input_token'],
    source: `${docs}/graph-api/reference/v25.0/debug_token`,
  },
  {
    name: 'the call around a batch; its operations are checked one by one',
    host: /^graph$/,
    method: /^POST$/,
    path: /^\/v[0-9.]+\/?$/,
    takes: ['batch', 'include_headers'],
    source: `${docs}/graph-api/batch-requests`,
  },
  {
    name: 'the bytes of a video',
    host: /^rupload$/,
    method: /^POST$/,
    path: /^\/(video-upload|ig-api-upload)\/v[0-9.]+\/\d+$/,
    takes: [],
    headers: [/^authorization: OAuth \S+$/m, /^offset: \d+$/m, /^file_size: \d+$/m],
    source: `${docs}/video-api/guides/reels-publishing`,
  },
  {
    name: 'a profile picture, at the address that the platform gave',
    host: /^facebook$/,
    method: /^GET$/,
    path: /^\/avatar\//,
    takes: [],
    source: `${docs}/graph-api/reference/profile-picture-source`,
  },
]

/** Parameters of every call. */
export const everywhere: Record<string, string> = {
  access_token: `${docs}/facebook-login/guides/access-tokens`,
  appsecret_proof: `${docs}/graph-api/guides/secure-requests`,
  fields: `${docs}/graph-api/guides/field-expansion`,
  limit: `${docs}/graph-api/results`,
  after: `${docs}/graph-api/results`,
}

export const selfException: Exception = {
  name: '`me` stands for the person whose token it is',
  source: `${docs}/graph-api/overview`,
}

/** One parameter of one call. */
export const parameterExceptions: (Exception & { call: string; parameter: string })[] = [
  {
    name: 'the bytes of a photo',
    call: 'POST /photos of Page',
    parameter: 'source',
    source: `${docs}/graph-api/reference/page/photos`,
  },
  {
    name: 'posts since a moment',
    call: 'GET /published_posts of Page',
    parameter: 'since',
    source: `${docs}/graph-api/results`,
  },
]

/** Fields of an object, whether or not the spec has the object. */
export const fieldExceptions: (Exception & { object: string; fields: string[] })[] = [
  {
    name: 'what a person may do on a Page',
    object: 'Page',
    fields: ['tasks'],
    source: `${docs}/pages-api/overview`,
  },
  {
    name: 'how far a container is',
    object: 'Container',
    fields: ['status_code', 'status'],
    source: `${docs}/instagram-platform/instagram-graph-api/reference/ig-container`,
  },
  {
    name: 'what is attached to a post',
    object: 'PagePost.attachments',
    fields: ['media_type', 'target', 'subattachments', 'type'],
    source: `${docs}/graph-api/reference/story-attachment`,
  },
  {
    name: 'what is attached to an attachment',
    object: 'PagePost.attachments.subattachments',
    fields: ['media_type', 'target', 'type'],
    source: `${docs}/graph-api/reference/story-attachment`,
  },
]

export const allExceptions: Exception[] = [
  ...outsideCalls,
  selfException,
  ...parameterExceptions,
  ...fieldExceptions,
]
