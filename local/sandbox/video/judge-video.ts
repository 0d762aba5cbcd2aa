import { ALL_FORMATS, FilePathSource, Input, type InputAudioTrack } from 'mediabunny'
import { type BoxFacts, readBoxes } from './boxes.ts'
import { type GopLengths, gopLengths, hasClosedGops } from './key-frames.ts'
import { type Pictures, picturesOf } from './pictures.ts'

export type VideoFacts = BoxFacts & {
  kind: 'video'
  /** mp4, mov, webm ... */
  container: string
  /** avc, hevc, vp9, av1 ... Null if unknown. */
  codec: string | null
  /** Null if unknown. */
  pictures: Pictures | null
  /** Null if the codec has no open ones, or unknown. */
  closedGops: boolean | null
  gops: GopLengths
  width: number
  height: number
  durationMs: number
  /** The average of the whole file. */
  fps: number
  /** Of the pictures, without sound: the average of the whole file. */
  bitsPerSecond: number
  /** Null if the file has no audio track. */
  audio: AudioFacts | null
}

/** `codec`: null if unknown. `isEmpty`: the track is there, but has no sound at all. */
type AudioFacts = { codec: string | null; channels: number; rate: number; isEmpty: boolean }

/** Null for a file that is no video. The caller rejects it. */
export async function judgeVideo(path: string): Promise<VideoFacts | null> {
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS })
  try {
    const format = await input.getFormat()
    const track = await input.getPrimaryVideoTrack()
    if (!track) return null
    const audio = await input.getPrimaryAudioTrack()
    const { averagePacketRate, averageBitrate } = await track.computePacketStats()
    const [config, told] = [await track.getDecoderConfig(), await track.getCodecParameterString()]
    const record = config?.description === undefined ? undefined : bytesOf(config.description)
    return {
      kind: 'video',
      container: containerName(format.name),
      codec: await track.getCodec(),
      pictures: picturesOf(told ?? '', record),
      closedGops: await hasClosedGops(track, told ?? '', record),
      gops: await gopLengths(track),
      width: await track.getDisplayWidth(),
      height: await track.getDisplayHeight(),
      durationMs: Math.round((await input.computeDuration()) * 1000),
      fps: Math.round(averagePacketRate * 100) / 100,
      bitsPerSecond: Math.round(averageBitrate),
      audio: audio && (await judgeAudio(audio)),
      ...(await readBoxes(path)),
    }
  } catch {
    // A file that can't be read as a video is not a video. The caller rejects it.
    return null
  } finally {
    input.dispose()
  }
}

const bytesOf = (description: NonNullable<VideoDecoderConfig['description']>): Uint8Array =>
  ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description)

async function judgeAudio(track: InputAudioTrack): Promise<AudioFacts> {
  const { packetCount } = await track.computePacketStats(1)
  return {
    codec: await track.getCodec(),
    channels: await track.getNumberOfChannels(),
    rate: await track.getSampleRate(),
    isEmpty: packetCount === 0,
  }
}

function containerName(format: string): string {
  const names: Record<string, string> = {
    MP4: 'mp4',
    'QuickTime File Format': 'mov',
    WebM: 'webm',
    Matroska: 'mkv',
  }
  return names[format] ?? format.toLowerCase()
}
