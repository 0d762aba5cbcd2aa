import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testConfig } from '../config.ts'

const run = promisify(execFile)

/** Runs ffmpeg, to make test films like those of cameras, phones and screen recorders. */
export const ffmpeg = (args: string[]): Promise<unknown> =>
  run(testConfig().media.ffmpeg, ['-y', '-v', 'error', ...args], { maxBuffer: 2 ** 24 })

const picture = (size: string, rate: number, seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=s=${size}:r=${rate}:d=${seconds}`,
]
const sound = (seconds: number) => ['-f', 'lavfi', '-i', `sine=f=440:r=44100:d=${seconds}`]
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast']
const upright = (size = '640x360') => [...picture(size, 30, 4), ...sound(4)]

/** The ffmpeg options for typical films, by file name. */
export const films: Record<string, string[]> = {
  'browser.webm': [...upright(), '-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'],
  'screen.mkv': [
    ...picture('640x360', 30, 4),
    ...h264,
    '-vf',
    "select='not(mod(n,7))+gt(n,60)'",
    '-fps_mode',
    'vfr',
    '-pix_fmt',
    'yuv420p',
  ],
  'old-camera.avi': [...upright(), '-c:v', 'mpeg4', '-c:a', 'libmp3lame'],
  'camcorder.mts': [
    ...upright(),
    ...h264,
    '-flags',
    '+ilme+ildct',
    '-x264-params',
    'tff=1',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'ac3',
  ],
  'cutting-room.mov': [
    ...picture('640x360', 25, 4),
    '-c:v',
    'prores_ks',
    '-profile:v',
    '1',
    '-pix_fmt',
    'yuv422p10le',
  ],
  'mirrorless.mp4': [...upright(), ...h264, '-pix_fmt', 'yuv422p10le', '-c:a', 'aac'],
  'slow-motion.mp4': [...picture('640x360', 120, 4), ...h264, '-pix_fmt', 'yuv420p'],
  'large.mp4': [...picture('2560x1440', 30, 3.2), ...h264, '-pix_fmt', 'yuv420p'],
  'dance.gif': [...picture('320x240', 10, 1)],
  'sticker.webp': [...picture('320x240', 10, 1), '-c:v', 'libwebp_anim', '-loop', '0'],
  'action.3gp': [...picture('640x360', 15, 4), ...h264, '-pix_fmt', 'yuv420p'],
}

/** An iPhone's portrait recording: HEVC, 10 bit, HDR, stored rotated, with location and model. */
export const phoneFilm = async (folder: string): Promise<string> => {
  const lying = join(folder, 'lying.mov')
  const codec = [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p10le',
    '-tag:v',
    'hvc1',
  ]
  const hlg = [
    '-x265-params',
    'log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc',
  ]
  const words = [
    '-metadata',
    'location=+46.9480+007.4474/',
    '-metadata',
    'make=Lensmaker',
    '-movflags',
    'use_metadata_tags',
  ]
  await ffmpeg([...upright('960x540'), ...codec, ...hlg, '-c:a', 'aac', ...words, lying])
  const path = join(folder, 'IMG_0001.MOV')
  await ffmpeg([
    '-display_rotation',
    '90',
    '-i',
    lying,
    '-c',
    'copy',
    '-map_metadata',
    '0',
    '-movflags',
    'use_metadata_tags',
    '-f',
    'mov',
    path,
  ])
  return path
}

export const makeFilm = async (folder: string, name: string): Promise<Buffer> => {
  const path = join(folder, name)
  await ffmpeg([...films[name]!, path])
  return readFile(path)
}
