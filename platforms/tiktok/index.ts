import type { DraftForChannel, Platform } from '../platform.ts'
import { tiktokNoteOnDraft } from './app-note.ts'
import { choicesOf, readChoices } from './choices.ts'
import { createTiktokClient, type TiktokSettings, urlOrDefault } from './client.ts'
import { describeCreator } from './creator.ts'
import { initTurn } from './init.ts'
import { createTiktokMeasurer } from './measure.ts'
import { tiktokPicture } from './media-rules.ts'
import { findTiktokPermalink } from './permalink.ts'
import { preparePublish } from './prepare.ts'
import { tiktokPreviewDetails, tiktokPreviews } from './previews.ts'
import { reconcilePublish } from './reconcile.ts'
import { checkDraft, textLimits } from './rules.ts'
import { sendByUrl, sendLastChunk } from './send.ts'
import { checkPublish, inboxMs } from './status.ts'

export type { TiktokSettings } from './client.ts'

/** Uploads start this early. The upload URL is valid for one hour. */
const uploadAheadMs = 10 * 60_000
/** If TikTok fetches the media, preparing only checks the account. */
const lookAheadMs = 2 * 60_000

const fullScreen = { best: '9:16', words: 'TikTok takes any shape. 9:16 fills the screen.' }

/** TikTok as a platform. `now` returns epoch milliseconds and is used for the time of consent. */
export const createTiktok = (settings: TiktokSettings, now: () => number = Date.now): Platform => {
  const client = createTiktokClient(settings)
  const siteUrl = urlOrDefault(settings.authUrl, 'https://www.tiktok.com')
  const uploads = settings.videoSource !== 'PULL_FROM_URL'
  const sendsBytes = (kind: string) => uploads && kind === 'video'
  return {
    name: 'tiktok',
    label: 'TikTok',
    mark: 'tiktok',
    issuer: 'tiktok',
    kinds: [
      {
        name: 'video',
        label: 'Video',
        prepareAheadMs: uploads ? uploadAheadMs : lookAheadMs,
        textLimit: textLimits.video,
        textUnit: 'utf-16',
        preview: tiktokPreviews.video,
        shape: fullScreen,
        hasCoverSecond: true,
        // Uploads don't need a pace: their init happens minutes before the due time.
        ...(uploads ? {} : { pace: initTurn }),
      },
      {
        name: 'photos',
        label: 'Photos',
        prepareAheadMs: lookAheadMs,
        textLimit: textLimits.photos,
        textUnit: 'utf-16',
        preview: tiktokPreviews.photos,
        shape: fullScreen,
        pace: initTurn,
      },
    ],
    check: checkDraft,
    noteOnApp: (draft) => tiktokNoteOnDraft(settings, draft),
    suggestKind,
    readSettings: (kind, fields) => readChoices(kind, fields, now()),
    fieldsView: 'tiktok/fields.eta',
    fieldLimits: { photo_title: textLimits.photoTitle },
    describeAccount: (account) => describeCreator(client, account.grantToken),
    postIdIn: (pasted) =>
      pasted
        .match(/^(\d+)$|\/(?:video|photo)\/(\d+)/)
        ?.slice(1)
        .find(Boolean) ?? null,
    pictureFor: () => tiktokPicture,
    previewDetails: tiktokPreviewDetails,
    publish: {
      prepare: (publication) => preparePublish(client, publication, sendsBytes(publication.kind)),
      send: (publication) =>
        sendsBytes(publication.kind) ? sendLastChunk(publication) : sendByUrl(client, publication),
      check: (publication) => checkPublish(client, publication),
      processesForMs: (settings) => (choicesOf(settings).inbox ? inboxMs : null),
      reconcile: (publication, attempt) => reconcilePublish(client, publication, attempt),
      findPermalink: (publication, platformPostId) =>
        findTiktokPermalink(client, siteUrl, publication, platformPostId),
    },
    measure: createTiktokMeasurer(client),
    // TikTok's API has no call that deletes a post.
    removeByHand: [
      'Open the post in the TikTok app.',
      'Tap the three dots (…) or Share.',
      'Tap Delete, and confirm.',
    ],
  }
}

const suggestKind = ({ media }: Pick<DraftForChannel, 'text' | 'link' | 'media'>): string =>
  media.length > 0 && media.every((item) => item.kind === 'image') ? 'photos' : 'video'
