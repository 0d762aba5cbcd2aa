import { ffmpeg } from '../../../support/media/films.ts'
import type { MadeFile } from '../made-file.ts'

/** ffmpeg's options, with spaces between them. */
export const words = (options: string): string[] => options.split(' ').filter(Boolean)

/** An upright picture that moves, and a tone. 3.2 seconds, because platforms want at least 3. */
export const picture = (size = '360x640', rate: number | string = 30, seconds = 3.2) =>
  `-f lavfi -i testsrc2=s=${size}:r=${rate}:d=${seconds}`
export const tone = (seconds = 3.2, rate = 44_100) =>
  `-f lavfi -i sine=f=440:r=${rate}:d=${seconds}`
export const upright = `${picture()} ${tone()}`

const x264 = '-c:v libx264 -preset ultrafast -g 60'
export const h264 = `${x264} -pix_fmt yuv420p`
export const hevc = '-c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p'
export const av1 = '-c:v libsvtav1 -preset 12 -svtav1-params lp=1 -pix_fmt yuv420p'
export const vp9 = '-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p'
export const aac = '-c:a aac -ac 2'

/** A film of these options. By default every platform takes it. */
export const film = (name: string, options: string, outcome: Partial<MadeFile> = {}): MadeFile => ({
  name,
  ...outcome,
  make: (path) => ffmpeg([...words(options), path]),
})

/** A film that is made of another one. */
export const remade = (
  name: string,
  first: string,
  second: string,
  outcome: Partial<MadeFile> = {},
): MadeFile => ({
  name,
  ...outcome,
  make: async (path) => {
    const between = `${path}.first.mov`
    await ffmpeg([...words(first), between])
    const [before = '', after = second] = second.includes(' | ') ? second.split(' | ') : ['']
    await ffmpeg([...words(before), '-i', between, ...words(after), path])
  },
})

/** For films below 3 seconds. Facebook takes them as a video, and TikTok has no such limit. */
export const tooShort: MadeFile['refusedBy'] = { Instagram: /shorter than 3 seconds/ }
