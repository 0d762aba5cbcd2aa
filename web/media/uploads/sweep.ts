import type { WebDeps } from '../../http/env.ts'
import { removeExpired, uploadFolder } from './records.ts'

const sweepEveryMs = 15 * 60_000

/** Deletes expired uploads now and every 15 minutes, for as long as the process lives. */
export const sweepUploads = (deps: Pick<WebDeps, 'mediaStore' | 'log'>): void => {
  const sweep = async () => {
    try {
      const files = await removeExpired(await uploadFolder(deps.mediaStore))
      if (files > 0) deps.log.info({ files }, 'deleted expired uploads')
    } catch (error) {
      deps.log.error({ err: error }, 'could not delete expired uploads')
    }
  }
  void sweep()
  setInterval(() => void sweep(), sweepEveryMs).unref()
}
