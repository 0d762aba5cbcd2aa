import { type Access, members } from './access.ts'

/** The queue, the saved captions and the labels of a workspace. */
export const settingPages: Record<string, Access> = {
  'GET /w/:workspace/settings/queue': members(200),
  'POST /w/:workspace/settings/queue': members(422),
  'POST /w/:workspace/settings/queue/:slot/delete': members(404),
  'GET /w/:workspace/settings/captions': members(200),
  'GET /w/:workspace/settings/captions/:caption/text': members(404),
  'POST /w/:workspace/settings/captions': members(422),
  'POST /w/:workspace/settings/captions/:caption/change': members(404),
  'POST /w/:workspace/settings/captions/:caption/delete': members(404),
  'GET /w/:workspace/settings/labels': members(200),
  'POST /w/:workspace/settings/labels': members(422),
  'POST /w/:workspace/settings/labels/:label/change': members(404),
  'POST /w/:workspace/settings/labels/:label/delete': members(404),
}
