import type { CallbackRecord } from '../callback-record.ts'
import type { Meta } from '../meta.ts'
import type { Person } from '../state.ts'
import { type CallbackSpoil, callBack } from './callbacks.ts'
import { breakTokens } from './tokens.ts'

/**
 * Ends the person's grant. Their tokens now fail with 190/458, and their list of apps shows when it
 * was removed.
 */
export function endGrant(meta: Meta, person: Person): void {
  person.grant = null
  person.removedAtMs = meta.world.clock.now()
  breakTokens(meta, person.id, 458)
  meta.world.state.changed()
}

/**
 * "Remove" in the person's settings. Notifies the app if it registered a URL; returns null
 * otherwise.
 */
export async function removeApp(
  meta: Meta,
  person: Person,
  spoil?: CallbackSpoil,
): Promise<CallbackRecord | null> {
  endGrant(meta, person)
  const url = meta.settings.deauthorizeUrl
  return url ? await callBack(meta, { kind: 'deauthorize', url, personId: person.id, spoil }) : null
}

/** "Send request" for a removed app. Returns null if the app registered no URL. */
export async function requestDeletion(
  meta: Meta,
  person: Person,
  spoil?: CallbackSpoil,
): Promise<CallbackRecord | null> {
  const url = meta.settings.dataDeletionUrl
  return url ? await callBack(meta, { kind: 'deletion', url, personId: person.id, spoil }) : null
}
