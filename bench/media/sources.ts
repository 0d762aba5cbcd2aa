import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeHeic } from '../../test/support/media/heic.ts'

/** `kind`: of the file that is published. */
export type Source = { name: string; kind: 'image' | 'video'; path: string }

/** So long is what is encoded; a longer video repeats it. */
const encodedSeconds = 5

/**
 * The files to measure: photos of a fractal with some noise, and videos that move
 * across the photo, as phones record them. `seconds`: the length of the videos.
 */
export const makeSources = async (
  program: string,
  folder: string,
  seconds: number,
): Promise<Source[]> => {
  const ffmpeg = (...args: string[]) =>
    promisify(execFile)(program, ['-y', '-v', 'error', ...args], { maxBuffer: 2 ** 24 })
  const inFolder = (name: string) => join(folder, name)
  const [photo, small, heic] = ['photo.jpg', 'small.png', 'photo.heic'].map(inFolder) as [
    ...[string, string, string],
  ]
  const place = 'start_scale=0.004:end_scale=0.004:start_x=-0.7436:start_y=-0.1318:maxiter=400'
  // ffmpeg can't draw it in the whole size.
  const picture = `mandelbrot=s=4032x3024:${place},scale=8064:6048:flags=lanczos,noise=alls=4`
  const still = ['-frames:v', '1', '-update', '1']
  await ffmpeg('-f', 'lavfi', '-i', picture, ...still, '-q:v', '2', photo)
  await ffmpeg('-i', photo, '-vf', 'scale=4032:3024:flags=area', ...still, small)
  await makeHeic(small, heic)

  const video = async (name: string, width: number, height: number): Promise<Source> => {
    const frames = encodedSeconds * 30
    // The photo is decoded and scaled once; each frame is another part of it.
    const moving = [
      `scale=${2 * width}:-2:flags=area`,
      `loop=loop=${frames - 1}:size=1`,
      'setpts=N/30/TB',
      `crop=${width}:${height}:n*${width / frames / 2}:n*4`,
    ].join()
    const input = ['-framerate', '30', '-i', photo]
    const sound = ['-f', 'lavfi', '-i', `sine=f=440:r=48000:d=${encodedSeconds}`]
    const hevc = ['-c:v', 'libx265', '-preset', 'ultrafast', '-crf', '20', '-tag:v', 'hvc1']
    const quiet = ['-x265-params', 'log-level=error', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
    const part = inFolder(`part-${name}`)
    await ffmpeg(...input, ...sound, '-vf', moving, ...hevc, ...quiet, part)
    const path = inFolder(name)
    const length = ['-stream_loop', '-1', '-i', part, '-t', String(seconds)]
    await ffmpeg(...length, '-c', 'copy', path)
    return { name, kind: 'video', path }
  }
  return [
    { name: 'photo.jpg', kind: 'image', path: photo },
    { name: 'photo.heic', kind: 'image', path: heic },
    await video('1080p.mov', 1920, 1080),
    await video('4k.mov', 3840, 2160),
  ]
}
