import { type Access, admins, everybody, members } from './access.ts'

/** The routes of review links, for people who don't have one. test/reviews covers those who do. */
export const reviewLinkRoutes: Record<string, Access> = {
  'GET /review/:code': everybody(404),
  'POST /review/:code/name': everybody(404),
  'POST /review/:code/approve': everybody(404),
  'POST /review/:code/posts/:post/approve': everybody(404),
  'POST /review/:code/posts/:post/undo': everybody(404),
  'POST /review/:code/posts/:post/changes': everybody(404),
  'GET /review/:code/media/:id/:what': everybody(404),
  'GET /review/:code/accounts/:channel/avatar': everybody(404),
  'GET /w/:workspace/reviews/links': members(200),
  'POST /w/:workspace/reviews/links': admins(422),
  'POST /w/:workspace/reviews/links/:link/revoke': admins(404),
}
