import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ffmpeg } from '../../../support/media/films.ts'
import type { MadeFile } from '../made-file.ts'
import { aac, av1, film, h264, hevc, picture, tone, tooShort, upright, vp9, words } from './film.ts'

/** Each container with the codecs that are found in it. */
export const containerFiles: MadeFile[] = [
  film('h264-aac.mp4', `${upright} ${h264} ${aac} -movflags +faststart`),
  film('hevc-hvc1.mp4', `${upright} ${hevc} -tag:v hvc1 ${aac}`),
  film('hevc-hev1.mp4', `${upright} ${hevc} -tag:v hev1 ${aac}`),
  film('vp9.mp4', `${upright} ${vp9} ${aac}`),
  film('av1.mp4', `${upright} ${av1} ${aac}`),
  film('old-phone.mp4', `${upright} -c:v mpeg4 ${aac}`),
  film('mpeg2.mp4', `${upright} -c:v mpeg2video ${aac}`),
  film('h264.mov', `${upright} ${h264} ${aac}`),
  film('hevc.mov', `${upright} ${hevc} -tag:v hvc1 ${aac}`),
  film('motion-jpeg.mov', `${upright} -c:v mjpeg -pix_fmt yuvj422p -c:a pcm_s16le`),
  film('prores-422.mov', `${upright} -c:v prores_ks -profile:v 1 -c:a pcm_s24le`),
  film('prores-4444.mov', `${picture()} -c:v prores_ks -profile:v 4 -pix_fmt yuva444p10le`),
  film('animation.mov', `${picture()} -c:v qtrle`),
  film('dnxhr.mov', `${upright} -c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p -c:a pcm_s16le`),
  film('cineform.mov', `${picture('368x640')} -c:v cfhd -pix_fmt yuv422p10le`),
  film('h264.m4v', `${upright} ${h264} ${aac} -f ipod`),
  film('mpeg4.m4v', `${upright} -c:v mpeg4 ${aac} -f ipod`),
  film('h264-aac.3gp', `${upright} ${h264} ${aac}`),
  film('mpeg4-aac.3gp', `${upright} -c:v mpeg4 ${aac}`),
  film(
    'h263-amr.3gp',
    `${picture('352x288', 15)} ${tone(3.2, 8_000)} -c:v h263 -c:a libopencore_amrnb -ac 1`,
  ),
  film('h264.3g2', `${upright} ${h264} ${aac}`),
  film('vp8-vorbis.webm', `${upright} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis`),
  film('vp9-opus.webm', `${upright} ${vp9} -c:a libopus`),
  film('vp9-alpha.webm', `${picture()} ${vp9} -pix_fmt yuva420p`),
  film('av1-opus.webm', `${upright} ${av1} -c:a libopus`),
  film('h264-aac.mkv', `${upright} ${h264} ${aac}`),
  film('hevc-opus.mkv', `${upright} ${hevc} -c:a libopus`),
  film('h264-flac.mkv', `${upright} ${h264} -c:a flac`),
  film('ffv1-pcm.mkv', `${upright} -c:v ffv1 -c:a pcm_s16le`),
  film('mpeg2-ac3.mkv', `${upright} -c:v mpeg2video -c:a ac3`),
  film('mpeg4-mp3.avi', `${upright} -c:v mpeg4 -c:a libmp3lame`),
  film('xvid.avi', `${upright} -c:v mpeg4 -vtag XVID -bf 2 -c:a libmp3lame`),
  film('motion-jpeg-pcm.avi', `${upright} -c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le`),
  film('h264.avi', `${upright} ${h264} -bf 0 -c:a libmp3lame`),
  film('msmpeg4.avi', `${upright} -c:v msmpeg4v2 -c:a libmp3lame`),
  film('huffyuv.avi', `${picture()} -c:v huffyuv -pix_fmt yuv422p`),
  film('dv.avi', `${picture('720x576', 25)} ${tone(3.2, 48_000)} -target pal-dv -f avi`),
  film('h264.ts', `${upright} ${h264} ${aac}`),
  film('hevc.ts', `${upright} ${hevc} ${aac}`),
  film('mpeg2-mp2.ts', `${upright} -c:v mpeg2video -c:a mp2`),
  film('h264-ac3.mts', `${upright} ${h264} -c:a ac3 -mpegts_m2ts_mode 1 -f mpegts`),
  film('dance.gif', picture('240x240', 10, 1)),
  film('sticker.webp', `${picture('240x240', 10, 1)} -c:v libwebp_anim -loop 0`),
  ...[
    film('windows.wmv', `${upright} -c:v wmv2 -c:a wmav2`),
    film('flash.flv', `${upright} -c:v flv -ar 44100 -c:a libmp3lame`),
    film('theora.ogv', `${upright} -c:v libtheora -c:a libvorbis`),
    film('dvd.mpg', `${upright} -c:v mpeg2video -c:a mp2 -f mpeg`),
  ].map((file) => ({ ...file, refused: /Export it as MP4 \(H\.264\)/ })),
  film('sound-only.mp4', `${tone()} ${aac}`, { refused: /has sound but no video/ }),
  {
    name: 'half.mkv',
    make: async (path) => {
      const whole = join(path, '../whole.mkv')
      await ffmpeg([...words(`${upright} ${h264} ${aac}`), whole])
      const bytes = await readFile(whole)
      await writeFile(path, bytes.subarray(0, Math.floor(bytes.length / 2)))
    },
    refusedBy: tooShort,
  },
]
