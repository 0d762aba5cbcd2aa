import { createVault } from '../../db/vault/vault.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError, type Problem } from '../../platforms/errors.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { AttemptToReconcile, Publication, Reconciled, Sent } from '../../platforms/platform.ts'
import type { Rig } from './platforms/against-sandbox.ts'
import type { HostedMedia } from './servers/media-host.ts'

/** A post being published, with what the database would store for it. */
export type Draft = {
  platform: string
  /** The handles that were saved last. */
  handles(): JsonRecord
  /**
   * Makes the save with this number (starting at 1) fail, as if the process died right before it.
   */
  dieAtSave(number: number): void
  /** When the irreversible calls were sent, by our clock (`rig.now`), in epoch milliseconds. */
  departures: number[]
  /** A new object for each step, because only the database lasts between steps. */
  publication(signal?: AbortSignal): Publication
}

export type DraftWanted = {
  platform: string
  account: Account
  kind: string
  text?: string
  link?: string | null
  media?: HostedMedia[]
  settings?: JsonRecord
}

/** What a person chooses for a public TikTok post. */
export const publicOnTiktok: JsonRecord = {
  privacy_level: 'PUBLIC_TO_EVERYONE',
  allow_comment: true,
  allow_duet: false,
  allow_stitch: false,
  consent_at: '2026-11-23T08:00:00.000Z',
  consent_text: "By posting, you agree to TikTok's Music Usage Confirmation",
}

const vault = createVault([{ id: 'test', key: Buffer.alloc(32, 7) }])
const place = { table: 'targets', id: 'one', column: 'handles' }

/** Simulates that the process died; not a platform error. */
export class Died extends Error {}

export const draftOf = (rig: Rig, wanted: DraftWanted): Draft => {
  const stored = { json: '{}', saves: 0, dieAt: 0 }
  const departures: number[] = []
  const save = async (handles: JsonRecord) => {
    stored.saves += 1
    if (stored.saves === stored.dieAt) throw new Died(`at save ${stored.saves}`)
    stored.json = JSON.stringify(handles)
  }
  const { platform, account, kind, text = '', link = null, media = [] } = wanted
  const settings = wanted.settings ?? (platform === 'tiktok' ? publicOnTiktok : {})
  return {
    platform,
    handles: () => JSON.parse(stored.json) as JsonRecord,
    dieAtSave: (number) => {
      stored.dieAt = stored.saves + number
    },
    departures,
    publication: (signal = new AbortController().signal) => ({
      account,
      kind,
      text,
      link,
      settings,
      media,
      handles: JSON.parse(stored.json) as JsonRecord,
      save,
      seal: (secret) => vault.seal(secret, place),
      open: (sealed) => vault.open(sealed, place),
      leaving: () => departures.push(rig.now()),
      takeTurn: async () => undefined,
      now: rig.now,
      signal,
    }),
  }
}

const publisherOf = (rig: Rig, draft: Draft) => rig.platform(draft.platform).publish

/** Prepares until ready. Waiting advances the clock. */
export const prepare = async (rig: Rig, draft: Draft): Promise<void> => {
  for (let looks = 0; looks < 40; looks += 1) {
    const prepared = await publisherOf(rig, draft).prepare(draft.publication())
    if (prepared.ready) return
    await rig.advance(Math.max(prepared.againInMs, 500))
  }
  throw new Error(`never ready: ${JSON.stringify(draft.handles())}`)
}

export const send = (rig: Rig, draft: Draft): Promise<Sent> =>
  publisherOf(rig, draft).send(draft.publication())

/** Checks until the platform is done. Returns the id it gave. Throws the error of a failed post. */
export const settle = async (rig: Rig, draft: Draft, sent: Sent): Promise<string | null> => {
  if (sent.state === 'published') return sent.platformPostId
  for (let looks = 0; looks < 40; looks += 1) {
    const checked = await publisherOf(rig, draft).check(draft.publication())
    if (checked.state === 'published') return checked.platformPostId
    if (checked.state === 'failed') throw new PlatformError(checked.problem)
    if (checked.state === 'draft') throw new Error(checked.words)
    await rig.advance(checked.againInMs)
  }
  throw new Error('never published')
}

/** The permalink for the receipt, requested until it is final. */
export const receipt = async (rig: Rig, draft: Draft, id: string | null) => {
  for (let looks = 0; looks < 10; looks += 1) {
    const found = await publisherOf(rig, draft).findPermalink(draft.publication(), id)
    if (found.final) return found
    await rig.advance(5_000)
  }
  throw new Error('the address is never final')
}

/** Prepares, sends and checks. Returns the id so far. */
export const publishWithoutReceipt = async (rig: Rig, draft: Draft) => {
  await prepare(rig, draft)
  return { platformPostId: await settle(rig, draft, await send(rig, draft)) }
}

/** Prepares, sends, checks and gets the receipt. */
export const publish = async (rig: Rig, draft: Draft) => {
  await prepare(rig, draft)
  const sent = await send(rig, draft)
  const id = await settle(rig, draft, sent)
  return { sent, ...(await receipt(rig, draft, id)) }
}

/** The error of a step in its stored form. Fails if the step succeeds. */
export const problemOf = async (step: Promise<unknown>): Promise<Problem> => {
  const error = await step.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof PlatformError)) throw error
  return error.problem
}

/** Sends while a fault is set. Returns the problem, and fails unless exactly one call was made. */
export const sendBlindly = async (rig: Rig, draft: Draft): Promise<Problem> => {
  const problem = await problemOf(send(rig, draft))
  if (draft.departures.length !== 1) throw new Error(`left ${draft.departures.length} times`)
  return problem
}

export const reconcile = (
  rig: Rig,
  draft: Draft,
  attempt: Partial<AttemptToReconcile> = {},
): Promise<Reconciled> =>
  publisherOf(rig, draft).reconcile(draft.publication(), {
    sentAtMs: draft.departures[0] ?? rig.now(),
    boundIds: [],
    mediaFetched: null,
    ...attempt,
  })
