import { PlatformError } from '../errors.ts'
import type { Removal, Remover } from '../remover.ts'
import type { Graph } from './client.ts'
import { isHidden } from './errors.ts'

/** Deletes a node: `DELETE /{id}` answers `{"success":true}` (fact sheet 2.8 and 3.6). */
export const createGraphRemover = (
  graph: Graph,
  what: Pick<Remover, 'kinds' | 'scopes'> & { tokenOf(removal: Removal): string },
): Remover => {
  const shows = async (id: string, removal: Removal): Promise<boolean> => {
    try {
      await graph.get(id, what.tokenOf(removal), { fields: 'id' }, removal.signal)
      return true
    } catch (error) {
      if (error instanceof PlatformError && isHidden(error)) return false
      throw error
    }
  }
  return {
    kinds: what.kinds,
    scopes: what.scopes,
    send: async (removal) => {
      try {
        const { body } = await graph.request({
          ...{ method: 'DELETE', path: removal.platformPostId, token: what.tokenOf(removal) },
          ...{ effect: 'send', leaving: () => removal.leaving(), signal: removal.signal },
        })
        // Meta's documentation shows the text in some places.
        if (body.success !== true && body.success !== 'true') throw unclear()
      } catch (error) {
        if (!(error instanceof PlatformError && isHidden(error))) throw error
      }
    },
    look: async (removal) => {
      if (await shows(removal.platformPostId, removal)) return 'shown'
      if (await shows(removal.account.id, removal)) return 'gone'
      throw new PlatformError({
        kind: 'unavailable',
        code: 'account_not_shown',
        words: 'Meta shows neither the post nor its account.',
      })
    },
  }
}

const unclear = (): PlatformError =>
  new PlatformError({
    kind: 'unknown_outcome',
    code: 'no_success',
    words: 'Meta did not say clearly whether the post was deleted.',
  })
