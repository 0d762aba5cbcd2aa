import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { MediaFacts } from '../../platforms/platform.ts'
import type { HostedMedia, MediaHost } from './servers/media-host.ts'

/** A real picture on the test's server. */
export const photo = async (
  host: MediaHost,
  color: string,
  facts: Partial<MediaFacts> = {},
): Promise<HostedMedia> => {
  const { width = 640, height = 640 } = facts
  return host.offer(await makeJpeg({ width, height, color }), { ...facts, width, height })
}

/** A real video. By default portrait and long enough for every platform. */
export const video = async (
  host: MediaHost,
  label: string,
  facts: Partial<MediaFacts> & { padBytes?: number; container?: 'mp4' | 'mov' } = {},
): Promise<HostedMedia> => {
  const {
    width = 720,
    height = 1280,
    durationMs = 4_000,
    padBytes = 0,
    container = 'mp4',
    ...more
  } = facts
  const bytes = await makeVideo({
    width,
    height,
    durationMs: durationMs ?? 4_000,
    fps: 30,
    label,
    padBytes,
    container,
  })
  const known = {
    kind: 'video' as const,
    contentType: container === 'mov' ? 'video/quicktime' : 'video/mp4',
    videoCodec: 'h264',
    fps: 30,
  }
  return host.offer(bytes, { ...known, ...more, width, height, durationMs })
}
