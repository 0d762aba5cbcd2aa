import { Problem } from '../problem.ts'
import {
  cachedProgram,
  downloadWheel,
  isProgram,
  makeCache,
  onPath,
  type Search,
  type Wheel,
} from './wheel.ts'

const wheel: Wheel = {
  name: 'imageio-ffmpeg',
  version: '0.8.1',
  program: 'ffmpeg',
  place: [/^imageio_ffmpeg$/, /^binaries$/, /^ffmpeg-/],
  sha256: { 'linux-x64': '050d6850601c3b3890bd2b28306f3b842b3daea390a561101174375a1c460bda' },
}

/**
 * The path of ffmpeg. Tries in this order: FFMPEG_PATH, `ffmpeg` on the PATH, the copy in the
 * cache, the wheel from PyPI. Throws a Problem that lists them all.
 */
export function ffmpegProgram(search: Search): string {
  const given = search.env.FFMPEG_PATH
  if (given && !isProgram(given))
    throw new Problem(`FFMPEG_PATH is ${given}, which is not a program.`)
  const known = knownFfmpeg(search)
  if (known) return known
  makeCache(search.cacheDir)
  search.say(`Downloading ffmpeg (${wheel.name} ${wheel.version}) once, to ${search.cacheDir}.`)
  const failed = downloadWheel(wheel, search)
  if (!failed) return cachedProgram(wheel, search.cacheDir)
  throw new Problem(
    "ffmpeg isn't on this machine and couldn't be downloaded " +
      `(python3 -m pip download ${wheel.name}==${wheel.version}: ${failed}). ` +
      'Install it (Debian: apt-get install ffmpeg), or set FFMPEG_PATH to its program.',
  )
}

/** The same without a download. Undefined if this machine has none. */
export function knownFfmpeg({
  env,
  cacheDir,
}: Pick<Search, 'env' | 'cacheDir'>): string | undefined {
  const places = [env.FFMPEG_PATH, onPath('ffmpeg', env), cachedProgram(wheel, cacheDir)]
  return places.find((place) => place && isProgram(place))
}
