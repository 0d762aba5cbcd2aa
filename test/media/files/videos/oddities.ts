import type { MadeFile } from '../made-file.ts'
import { aac, film, h264, hevc, picture, remade, tone, tooShort, upright } from './film.ts'

const hlg =
  '-x265-params log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc'
const pq = '-x265-params log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc'
const ten = '-pix_fmt yuv420p10le'

/** What is shown: rates, shapes, colors, interlacing. */
export const pictureOddities: MadeFile[] = [
  ...['10', '15', '23.976', '25', '50', '59.94', '120'].map((rate) =>
    film(`${rate}-frames.mp4`, `${picture('360x640', rate)} ${h264}`),
  ),
  film('slideshow-1-frame.mp4', `${picture('360x640', 1, 4)} ${h264}`),
  film(
    'screen-idle-then-60.mp4',
    `${picture('360x640', 10, 3)} ${picture('360x640', 60, 3)} -filter_complex [0][1]concat,settb=1/600 -fps_mode vfr -enc_time_base 1:600 ${h264}`,
  ),
  film(
    'screen-60-then-idle.mp4',
    `${picture('360x640', 60, 1)} ${picture('360x640', 10, 5)} -filter_complex [0][1]concat,settb=1/600 -fps_mode vfr -enc_time_base 1:600 ${h264}`,
  ),
  film(
    'dropped-frames.mkv',
    `${picture()} ${h264} -vf select=not(mod(n\\,7))+gt(n\\,60) -fps_mode vfr`,
  ),
  ...['90', '180', '270'].map((turn) =>
    remade(
      `turned-${turn}.mov`,
      `${picture('640x360')} ${h264}`,
      `-display_rotation ${turn} | -c copy`,
    ),
  ),
  remade('mirrored.mov', `${picture()} ${h264}`, '-display_hflip | -c copy'),
  remade(
    'iphone-upright-hdr.mov',
    `${picture('640x360')} ${tone()} ${hevc} ${ten} ${hlg} -tag:v hvc1 ${aac}`,
    '-display_rotation 90 | -c copy -metadata location=+46.9480+007.4474/ -metadata make=Lensmaker -movflags use_metadata_tags',
  ),
  film('hdr10.mp4', `${picture()} ${hevc} ${ten} ${pq} -tag:v hvc1`),
  film('hevc-10-bit.mp4', `${picture()} ${hevc} ${ten} -tag:v hvc1`),
  film('h264-10-bit.mp4', `${picture()} ${h264} ${ten}`),
  film('h264-422.mp4', `${picture()} ${h264} -pix_fmt yuv422p`),
  film('h264-422-10-bit.mp4', `${picture()} ${h264} -pix_fmt yuv422p10le`),
  film('h264-444.mp4', `${picture()} ${h264} -pix_fmt yuv444p`),
  film('full-range.mp4', `${picture()} ${h264} -pix_fmt yuvj420p -color_range pc`),
  film('bt2020.mp4', `${picture()} ${h264} -color_primaries bt2020 -colorspace bt2020nc`),
  film('gray.mp4', `${picture()} ${h264} -pix_fmt gray`),
  film('rgb.mkv', `${picture()} -c:v libx264rgb -preset ultrafast`),
  film('odd-sides.mp4', `${picture('361x641')} ${h264} -pix_fmt yuv444p`),
  film('tiny.mp4', `${picture('64x64')} ${h264}`),
  film('square.mp4', `${picture('480x480')} ${h264}`),
  film('lying.mp4', `${picture('640x360')} ${h264}`),
  film('panorama.mp4', `${picture('1280x200')} ${h264}`, {
    refusedBy: { TikTok: /360 to 4096 pixels per side/ },
  }),
  film('ribbon.mp4', `${picture('1600x100')} ${h264}`, {
    refusedBy: {
      Instagram: /an aspect ratio that Instagram doesn.t accept/,
      TikTok: /360 to 4096 pixels per side/,
    },
  }),
  film('anamorphic.mp4', `${picture('360x320')} ${h264} -vf setsar=1/2`),
  film('large.mp4', `${picture('1440x2560', 30)} ${h264}`),
  film('interlaced.mp4', `${upright} ${h264} -flags +ilme+ildct -x264-params tff=1 ${aac}`),
  film(
    'interlaced-mpeg2.ts',
    `${picture('720x576', 25)} -c:v mpeg2video -flags +ilme+ildct -vf setfield=tff -pix_fmt yuv420p`,
  ),
  film('60-megabits.mp4', `${picture()} -vf noise=alls=90:allf=t ${h264} -b:v 60M`),
]

/** Sound, key frames, and how the file is put together. */
export const trackOddities: MadeFile[] = [
  film('no-sound.mp4', `${picture()} ${h264}`),
  film('mono.mp4', `${upright} ${h264} -c:a aac -ac 1`),
  film('5.1.mp4', `${upright} ${h264} -c:a aac -ac 6`),
  film('7.1.mp4', `${upright} ${h264} -c:a aac -ac 8`),
  film('96-khz.mp4', `${upright} ${h264} -c:a aac -ar 96000`),
  film('8-khz.mp4', `${upright} ${h264} -c:a aac -ar 8000 -ac 1`),
  film('mp3.mp4', `${upright} ${h264} -c:a libmp3lame`),
  film('opus.mp4', `${upright} ${h264} -c:a libopus`),
  film('ac3.mp4', `${upright} ${h264} -c:a ac3`),
  film('alac.mp4', `${upright} ${h264} -c:a alac`),
  film('flac.mp4', `${upright} ${h264} -c:a flac -strict -2`),
  film('pcm.mov', `${upright} ${h264} -c:a pcm_s16le`),
  film('two-tongues.mp4', `${upright} ${tone(3.2, 48_000)} -map 0 -map 1 -map 2 ${h264} ${aac}`),
  film(
    'declared-but-empty-sound.mp4',
    `${upright} ${h264} ${aac} -af aselect=0 -movflags +frag_keyframe+empty_moov`,
  ),
  film('sound-goes-on.mp4', `${picture('360x640', 30, 3.2)} ${tone(5)} ${h264} ${aac}`),
  film('sound-comes-later.mp4', `${picture()} -itsoffset 1.2 ${tone(2)} ${h264} ${aac}`),
  film('key-frame-each-second.mp4', `${picture()} ${h264} -g 30`),
  film('only-key-frames.mp4', `${picture()} ${h264} -g 1`),
  film('one-key-frame-in-7-seconds.mp4', `${picture('360x640', 30, 7)} ${h264} -g 600`),
  film(
    'open-gops.mp4',
    `${picture()} ${h264} -bf 2 -x264-params open-gop=1:keyint=30:min-keyint=30:bframes=2`,
  ),
  film('b-frames.mp4', `${picture()} ${h264} -bf 3 -preset veryfast`),
  film('fragments.mp4', `${upright} ${h264} ${aac} -movflags +frag_keyframe+empty_moov`),
  film('index-in-front.mov', `${upright} ${h264} ${aac} -movflags +faststart`),
  remade('start-cut-by-list.mp4', `${picture('360x640', 30, 5)} ${h264}`, '-ss 1.5 | -c copy'),
  film('half-a-second.mp4', `${picture('360x640', 30, 0.6)} ${h264}`, {
    refusedBy: { ...tooShort, Facebook: /./ },
  }),
  film('two-seconds.mp4', `${picture('360x640', 30, 2)} ${h264}`, { refusedBy: tooShort }),
  film('95-seconds.mp4', `-f lavfi -i color=gray:s=360x640:r=24:d=95 ${h264}`),
  film('16-minutes.mp4', `-f lavfi -i color=gray:s=96x54:r=24:d=970 ${h264} -g 100`, {
    refusedBy: { Instagram: /longer than 15 minutes/, TikTok: /can post videos of up to/ },
  }),
  film('time-code.mov', `${upright} ${h264} ${aac} -timecode 10:00:00:00`),
  film(
    'chapters-and-title.mkv',
    `${upright} ${h264} ${aac} -metadata title=Home -metadata artist=Ada`,
  ),
]
