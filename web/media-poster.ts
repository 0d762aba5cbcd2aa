import sharp from 'sharp'

/**
 * A neutral picture for a video until a browser has sent a frame of it: nothing here decodes video. Shape of the video,
 * a play sign and the length. Digits are drawn as lines, since a server may have no fonts.
 */
export const makePoster = async (video: { width: number; height: number; durationMs: number }, to: string): Promise<void> => {
  const scale = 320 / Math.max(video.width, video.height)
  const width = Math.max(96, Math.round(video.width * scale))
  const height = Math.max(96, Math.round(video.height * scale))
  await sharp(Buffer.from(posterSvg(width, height, video.durationMs)))
    .webp({ quality: 82 })
    .toFile(to)
}

const posterSvg = (width: number, height: number, durationMs: number): string => {
  const [x, y] = [width / 2, height / 2]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#4b4039"/><stop offset="1" stop-color="#241e1a"/></linearGradient></defs>
  <rect width="100%" height="100%" fill="url(#g)"/>
  <circle cx="${x}" cy="${y}" r="22" fill="#fff" fill-opacity=".14"/>
  <path d="M${x - 6} ${y - 10}l17 10l-17 10z" fill="#fff" fill-opacity=".92"/>
  <g fill="none" stroke="#fff" stroke-opacity=".92" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"
    transform="translate(${width - 12} ${height - 21})">${glyphs(clock(durationMs))}</g></svg>`
}

const clock = (durationMs: number): string => {
  const seconds = Math.round(durationMs / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** Strokes in a box of 6 by 10. */
const strokes: Record<string, string> = {
  '0': 'M0 2a3 2 0 0 1 6 0v6a3 2 0 0 1-6 0z',
  '1': 'M1 2l3-2v10',
  '2': 'M0 2.5a3 2.5 0 0 1 6 0q0 2-6 7.5h6',
  '3': 'M0 0h6l-3 4q3 0 3 3a3 3 0 0 1-6 .5',
  '4': 'M4.5 10v-10l-4.500 7h6',
  '5': 'M6 0h-5.500v4q5.500-1 5.500 3a3 3 0 0 1-6 .5',
  '6': 'M5 0q-5 3-5 7a3 3 0 1 0 6 0a3 3 0 0 0-6 0',
  '7': 'M0 0h6l-4 10',
  '8': 'M3 4.500a2.500 2.200 0 1 1 .1 0a3 2.700 0 1 1-.1 0',
  '9': 'M6 3a3 3 0 1 0-6 0a3 3 0 0 0 6 0q0 4-5 7',
}

/** Right-aligned at 0. */
const glyphs = (text: string): string => {
  let at = 0
  return [...text]
    .reverse()
    .map((character) => {
      const path = strokes[character]
      at -= path ? 9 : 5
      return path
        ? `<path transform="translate(${at} 0)" d="${path}"/>`
        : `<path transform="translate(${at + 1} 0)" d="M0 3v.1M0 7.500v.1"/>`
    })
    .join('')
}
