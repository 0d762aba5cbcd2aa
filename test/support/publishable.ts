import type { MediaFacts } from '../../platforms/platform.ts'
import { makeJpeg, makeVideo } from './media-files.ts'
import type { HostedMedia, MediaHost } from './media-host.ts'

/** A real picture on the test's server. */
export const photo = async (host: MediaHost, color: string, facts: Partial<MediaFacts> = {}): Promise<HostedMedia> => {
  const { width = 640, height = 640 } = facts
  return host.offer(await makeJpeg({ width, height, color }), { ...facts, width, height })
}

/** A real video; upright and long enough for every platform unless told otherwise. */
export const video = async (
  host: MediaHost,
  label: string,
  facts: Partial<MediaFacts> & { padBytes?: number } = {},
): Promise<HostedMedia> => {
  const { width = 720, height = 1280, durationMs = 4_000, padBytes = 0, ...more } = facts
  const bytes = await makeVideo({ width, height, durationMs: durationMs ?? 4_000, fps: 30, label, padBytes })
  const known = { kind: 'video' as const, contentType: 'video/mp4', videoCodec: 'h264', fps: 30 }
  return host.offer(bytes, { ...known, ...more, width, height, durationMs })
}
