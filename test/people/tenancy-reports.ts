import { type Access, everybody, members } from './access.ts'

/** Reports for clients, and what their secret links open. */
export const reportRoutes: Record<string, Access> = {
  'GET /report-colors/:file': everybody(404),
  'GET /reports/:code': everybody(404),
  'GET /reports/:code/logo': everybody(404),
  'GET /reports/:code/pictures/:media': everybody(404),
  'GET /report-emails/:code': everybody(404),
  'POST /report-emails/:code/confirm': everybody(404),
  'GET /report-emails/:code/stop': everybody(404),
  'POST /report-emails/:code/stop': everybody(404),
  'POST /w/:workspace/reports/:report/emails/change': members(404),
  'POST /w/:workspace/reports/:report/emails/stop': members(404),
  'POST /w/:workspace/reports/:report/emails/ask': members(404),
  'POST /w/:workspace/reports/:report/emails/:reader/remove': members(404),
  'GET /w/:workspace/reports': members(200),
  'GET /w/:workspace/reports/new': members(200),
  'POST /w/:workspace/reports': members(422),
  'GET /w/:workspace/reports/:report': members(404),
  'GET /w/:workspace/reports/:report/edit': members(404),
  'POST /w/:workspace/reports/:report/change': members(404),
  'POST /w/:workspace/reports/:report/delete': members(404),
  'POST /w/:workspace/reports/:report/link': members(404),
  'POST /w/:workspace/reports/:report/link/delete': members(404),
  'GET /w/:workspace/reports/:report/logo': members(404),
  'POST /w/:workspace/reports/:report/logo': members(404),
  'POST /w/:workspace/reports/:report/logo/remove': members(404),
}
