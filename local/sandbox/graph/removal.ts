import { type CallbackSpoil, callBack } from './callbacks.ts'
import type { Meta } from './meta.ts'
import type { CallbackRecord, Person } from './state.ts'
import { breakTokens } from './tokens.ts'

/** The grant ends: tokens of this person answer 190/458 from now on, and their list of apps says when it was removed. */
export function endGrant(meta: Meta, person: Person): void {
  person.grant = null
  person.removedAtMs = meta.world.clock.now()
  breakTokens(meta, person.id, 458)
  meta.world.state.changed()
}

/** "Remove" in the person's settings; the app is told where it registered an address, else null. */
export async function removeApp(meta: Meta, person: Person, spoil?: CallbackSpoil): Promise<CallbackRecord | null> {
  endGrant(meta, person)
  const url = meta.world.settings.deauthorizeUrl
  return url ? await callBack(meta, { kind: 'deauthorize', url, personId: person.id, spoil }) : null
}

/** "Send request" beside a removed app; null where the app registered no address. */
export async function requestDeletion(meta: Meta, person: Person, spoil?: CallbackSpoil): Promise<CallbackRecord | null> {
  const url = meta.world.settings.dataDeletionUrl
  return url ? await callBack(meta, { kind: 'deletion', url, personId: person.id, spoil }) : null
}
