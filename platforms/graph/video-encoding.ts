import type { VideoEncoding } from '../platform.ts'

type Rule = { rule: string; broken: boolean; words: string }

/** Meta's limits for videos on Instagram and for reels: 8 bit 4:2:0 and progressive. */
const pixelFormats = ['yuv420p', 'yuvj420p']
const mostAudioRate = 48_000
const mostChannels = 2
const mostKilobits = 25_000

/** What is unknown is left for Meta to check. */
export const encodingRules = (encoding: VideoEncoding | null | undefined): Rule[] => {
  if (!encoding) return []
  const { pixelFormat, isInterlaced, audioRate, audioChannels } = encoding
  return [
    {
      rule: 'video_colors',
      broken: !pixelFormats.includes(pixelFormat),
      words: `has colors encoded as ${pixelFormat}. Export it with 8 bits and 4:2:0.`,
    },
    {
      rule: 'video_interlaced',
      broken: isInterlaced,
      words: 'is interlaced. Export it as progressive.',
    },
    {
      rule: 'video_audio',
      broken: (audioRate ?? 0) > mostAudioRate,
      words: `has audio of ${(audioRate ?? 0) / 1000} kHz. The limit is 48 kHz.`,
    },
    {
      rule: 'video_audio',
      broken: (audioChannels ?? 0) > mostChannels,
      words: `has audio with ${audioChannels} channels. Export it in stereo.`,
    },
  ]
}

/** Instagram's limit of the bit rate. Facebook has none. */
export const bitRateRule = (encoding: VideoEncoding | null | undefined): Rule => ({
  rule: 'video_bit_rate',
  broken: (encoding?.kilobits ?? 0) > mostKilobits,
  words: `has ${Math.round((encoding?.kilobits ?? 0) / 100) / 10} Mbit/s. The limit is 25. Export it with a lower bit rate.`,
})
