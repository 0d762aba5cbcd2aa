import { open } from 'node:fs/promises'
import { EncodedPacketSink, FilePathSource, Input, type InputVideoTrack, MP4, QTFF } from 'mediabunny'
import { type Box, walkBoxes } from './media-boxes.ts'
import { MediaRefused } from './media-refusal.ts'

export type VideoFacts = {
  width: number
  height: number
  durationMs: number
  /** `avc`, `hevc`, `vp9`, `av1` …: mediabunny's names. */
  videoCodec: string | null
  audioCodec: string | null
  /** Frames a second, over the first packets; null when they carry no times. */
  fps: number | null
}

/** Reads what platforms ask about a video, from its index alone. Throws MediaRefused for what no platform would take. */
export const probeVideo = async (path: string): Promise<{ facts: VideoFacts; boxes: Box[] }> => {
  const boxes = await boxesOf(path)
  const input = new Input({ formats: [MP4, QTFF], source: new FilePathSource(path) })
  try {
    return { facts: await readFacts(input), boxes }
  } catch (error) {
    if (error instanceof MediaRefused) throw error
    throw new MediaRefused(
      'damaged',
      'This video cannot be read: it is damaged or of a rare kind. Export it again as MP4 (H.264).',
    )
  } finally {
    input.dispose()
  }
}

const boxesOf = async (path: string): Promise<Box[]> => {
  const file = await open(path)
  try {
    return await walkBoxes(file, (await file.stat()).size)
  } finally {
    await file.close()
  }
}

const readFacts = async (input: Input): Promise<VideoFacts> => {
  const track = await input.getPrimaryVideoTrack()
  if (!track) throw new MediaRefused('unsupported', 'This file has sound but no picture. The platforms take videos only.')
  const audio = await input.getPrimaryAudioTrack()
  const durationMs = Math.round((await input.computeDuration()) * 1000)
  const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()]
  if (!(durationMs > 0) || !(width > 0) || !(height > 0))
    throw new MediaRefused('damaged', 'This video has no frames. Export it again, then upload it.')
  return {
    width,
    height,
    durationMs,
    videoCodec: await track.getCodec(),
    audioCodec: (await audio?.getCodec()) ?? null,
    fps: await frameRate(track),
  }
}

const frameRate = async (track: InputVideoTrack): Promise<number | null> => {
  const first = await new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true })
  if (!first) throw new MediaRefused('damaged', 'This video has no frames. Export it again, then upload it.')
  const { averagePacketRate } = await track.computePacketStats(60)
  return Number.isFinite(averagePacketRate) && averagePacketRate > 0 ? Math.round(averagePacketRate * 1000) / 1000 : null
}
