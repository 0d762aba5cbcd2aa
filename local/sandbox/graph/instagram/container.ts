import type { StoredMedia } from '../../media-store.ts'
import { refuse } from '../calls/refusal.ts'
import { type Meta, metaUserAgent } from '../meta.ts'
import type { Container } from '../state.ts'
import { instagramVideoProblem } from './container-media.ts'

export type ContainerStatus = 'IN_PROGRESS' | 'FINISHED' | 'ERROR' | 'EXPIRED' | 'PUBLISHED'

/** Fact sheet 3.2. The status is computed from the clock and isn't stored. */
export function containerStatus(meta: Meta, container: Container): ContainerStatus {
  const now = meta.world.clock.now()
  if (container.mediaIds.length > 0) return 'PUBLISHED'
  if (container.createdAtMs + meta.settings.containerLifeMs <= now) return 'EXPIRED'
  if (container.readyAtMs === null || container.readyAtMs > now) return 'IN_PROGRESS'
  return container.error ? 'ERROR' : 'FINISHED'
}

export function statusText(status: ContainerStatus, { error }: Container): string {
  switch (status) {
    case 'IN_PROGRESS':
      return 'In Progress: Media is still being processed.'
    case 'FINISHED':
      return 'Finished: Media has been uploaded and it is ready to be published.'
    case 'ERROR':
      return `Error: Media upload has failed with error code ${error?.subcode}`
    case 'EXPIRED':
      return 'Expired'
    case 'PUBLISHED':
      return 'Published: Media has been published.'
  }
}

/** @throws GraphRefusal 100/33 */
export function requireContainer(meta: Meta, id: string, method: string): Container {
  const container = meta.state.containers[id]
  if (!container) throw refuse.missingObject(id, method)
  return container
}

/**
 * Meta downloads a video after the call that names it. Problems show only in the container's
 * status.
 */
export async function loadVideo(meta: Meta, container: Container): Promise<void> {
  if (!container.url) return
  const outcome = await meta.world.fetchMedia(container.url, {
    userAgent: metaUserAgent,
    maxBytes: 300_000_000,
    robots: true,
  })
  if (outcome.ok) finishUpload(meta, container, outcome.media)
  else fail(meta, container, downloadSubcodes[outcome.reason] ?? 2207077, outcome.detail)
}

/** All other failed downloads are 2207077. */
const downloadSubcodes: Record<string, number> = { timeout: 2207003, too_large: 2207026 }

/** The whole file has arrived: checks it and starts the processing time. */
export function finishUpload(meta: Meta, container: Container, media: StoredMedia): void {
  const problem = instagramVideoProblem(container, media)
  if (problem) {
    fail(meta, container, problem.subcode, problem.detail)
    return
  }
  container.sha256 = media.sha256
  const { videoContainerMs } = meta.settings
  container.readyAtMs = Math.max(container.createdAtMs + videoContainerMs, meta.world.clock.now())
  meta.world.state.changed()
}

function fail(meta: Meta, container: Container, subcode: number, detail: string): void {
  container.error = { subcode, detail }
  container.readyAtMs = Math.max(
    container.createdAtMs + meta.settings.videoContainerMs / 2,
    meta.world.clock.now(),
  )
  meta.world.state.changed()
}
