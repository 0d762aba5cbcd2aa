type Unready = {
  conversion: 'waiting' | 'failed' | null
  conversionBeganAt: Date | null
  conversionShare: number | null
  conversionProblem: string | null
  durationMs: number | null
}

/**
 * The progress of a conversion, such as `Converting: about 2 minutes`. Null if the file needs none
 * or is ready.
 */
export const conversionWords = (media: Unready, nowMs: number): string | null => {
  if (media.conversion === null) return null
  if (media.conversion === 'failed')
    return media.conversionProblem ?? 'This video can’t be converted.'
  const minutes = Math.ceil(conversionLeftMs(media, nowMs) / 60_000)
  return `Converting: ${minutes <= 1 ? 'about a minute' : `about ${minutes} minutes`}`
}

/**
 * The remaining time, estimated from the progress so far. Before there is any, three times the
 * video's length.
 */
export const conversionLeftMs = (
  { conversionBeganAt, conversionShare, durationMs }: Unready,
  nowMs: number,
): number => {
  const share = conversionShare ?? 0
  if (!conversionBeganAt || share < 0.03) return 3 * (durationMs ?? 0)
  return ((nowMs - conversionBeganAt.getTime()) * (1 - share)) / share
}
