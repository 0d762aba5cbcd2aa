import { open } from 'node:fs/promises'
import {
  EncodedPacketSink,
  FilePathSource,
  Input,
  type InputVideoTrack,
  MP4,
  QTFF,
} from 'mediabunny'
import { walkBoxes } from './boxes.ts'
import { MediaRefused } from './refusal.ts'

export type VideoFacts = {
  width: number
  height: number
  durationMs: number
  /** mediabunny's names: `avc`, `hevc`, `vp9`, `av1` … */
  videoCodec: string | null
  audioCodec: string | null
  /** The average frames per second of the whole video. Null without timestamps. */
  fps: number | null
}

/** Throws MediaRefused unless the MP4 or MOV file is complete. */
export const requireWhole = async (path: string): Promise<void> => {
  const file = await open(path)
  try {
    await walkBoxes(file, (await file.stat()).size)
  } finally {
    await file.close()
  }
}

/**
 * Reads the facts that platforms check about a video, from its index alone. Throws MediaRefused for
 * videos that no platform accepts.
 */
export const probeVideo = async (path: string): Promise<VideoFacts> => {
  const input = new Input({ formats: [MP4, QTFF], source: new FilePathSource(path) })
  try {
    return await readFacts(input)
  } catch (error) {
    if (error instanceof MediaRefused) throw error
    throw new MediaRefused(
      'damaged',
      'This video can’t be read. It’s damaged or in a rare format. Export it again as MP4 (H.264).',
    )
  } finally {
    input.dispose()
  }
}

const readFacts = async (input: Input): Promise<VideoFacts> => {
  const track = await input.getPrimaryVideoTrack()
  if (!track)
    throw new MediaRefused(
      'unsupported',
      'This file has sound but no video. Platforms only accept videos.',
    )
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
  if (!first)
    throw new MediaRefused('damaged', 'This video has no frames. Export it again, then upload it.')
  const { averagePacketRate } = await track.computePacketStats()
  return Number.isFinite(averagePacketRate) && averagePacketRate > 0
    ? Math.round(averagePacketRate * 1000) / 1000
    : null
}
