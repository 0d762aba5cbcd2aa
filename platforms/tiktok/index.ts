import type { DraftForChannel, Platform } from '../platform.ts'
import { readChoices } from './choices.ts'
import { baseUrl, createTiktokClient, type TiktokSettings } from './client.ts'
import { describeCreator } from './creator.ts'
import { createTiktokMeasurer } from './measure.ts'
import { findTiktokPermalink } from './permalink.ts'
import { preparePublish } from './prepare.ts'
import { reconcilePublish } from './reconcile.ts'
import { checkDraft, textLimits } from './rules.ts'
import { sendByUrl, sendLastChunk } from './send.ts'
import { checkPublish } from './status.ts'

export type { TiktokSettings } from './client.ts'
export { createTiktokIssuer } from './grant.ts'

/** An upload may begin this long ahead: the upload URL lives one hour. */
const uploadAheadMs = 10 * 60_000
/** Where TikTok fetches the media only the account is looked at ahead. */
const lookAheadMs = 2 * 60_000

/** TikTok as a platform to publish on. `now`: epoch milliseconds, for the time of a person's consent. */
export const createTiktok = (settings: TiktokSettings, now: () => number = Date.now): Platform => {
  const client = createTiktokClient(settings)
  const siteUrl = baseUrl(settings.authUrl, 'https://www.tiktok.com')
  const uploads = settings.videoSource !== 'PULL_FROM_URL'
  const sendsBytes = (kind: string) => uploads && kind === 'video'
  return {
    name: 'tiktok',
    label: 'TikTok',
    badge: { letters: 'tt', colour: '#222a2e' },
    issuer: 'tiktok',
    kinds: [
      {
        name: 'video',
        label: 'Video',
        prepareAheadMs: uploads ? uploadAheadMs : lookAheadMs,
        textLimit: textLimits.video,
        frame: 'full-screen',
      },
      { name: 'photos', label: 'Photos', prepareAheadMs: lookAheadMs, textLimit: textLimits.photos, frame: 'full-screen' },
    ],
    check: checkDraft,
    suggestKind,
    readSettings: (kind, fields) => readChoices(kind, fields, now()),
    fieldsView: 'tiktok/fields.eta',
    describeAccount: (account) => describeCreator(client, account.grantToken),
    postIdIn: (pasted) =>
      pasted
        .match(/^(\d+)$|\/(?:video|photo)\/(\d+)/)
        ?.slice(1)
        .find(Boolean) ?? null,
    publish: {
      prepare: (publication) => preparePublish(client, publication, sendsBytes(publication.kind)),
      send: (publication) => (sendsBytes(publication.kind) ? sendLastChunk(publication) : sendByUrl(client, publication)),
      check: (publication) => checkPublish(client, publication),
      reconcile: (publication, attempt) => reconcilePublish(client, publication, attempt),
      findPermalink: (publication, platformPostId) => findTiktokPermalink(client, siteUrl, publication, platformPostId),
    },
    measure: createTiktokMeasurer(client),
  }
}

const suggestKind = ({ media }: Pick<DraftForChannel, 'text' | 'link' | 'media'>): string =>
  media.length > 0 && media.every((item) => item.kind === 'image') ? 'photos' : 'video'
