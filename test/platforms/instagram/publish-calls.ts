import type { Publication } from '../../../platforms/platform.ts'
import { mediaOf } from '../graph/server.ts'

export const limit = 'GET /v25.0/1784/content_publishing_limit'
export const create = 'POST /v25.0/1784/media'
export const publish = 'POST /v25.0/1784/media_publish'
export const list = 'GET /v25.0/1784/media'
const account = { id: '1784', settings: {}, grantToken: 'user-token', accountToken: 'page-token' }
export const draft = (part: Partial<Publication> = {}) => ({
  account,
  kind: 'image',
  text: 'Caption #1',
  media: [mediaOf()],
  ...part,
})
export const status = (code: string, text = code) => ({
  body: { status_code: code, status: text, id: 'c1' },
})
