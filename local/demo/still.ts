import sharp from 'sharp'
import { makeVideo } from '../media/media-files.ts'

/** A video that shows a still picture. Width and height must be multiples of 16. */
export const makeStill = async (
  jpeg: Buffer,
  size: { width: number; height: number; durationMs: number },
): Promise<Buffer> => {
  const { width, height } = size
  const rgb = await sharp(jpeg)
    .resize(width, height, { fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer()
  return makeVideo({ ...size, still: toI420(rgb, width, height) })
}

/**
 * ITU-R BT.601, limited range: luma for each pixel, color for every second pixel in every second
 * line.
 */
const toI420 = (rgb: Buffer, width: number, height: number): Uint8Array => {
  const samples = new Uint8Array((width * height * 3) / 2)
  const [u, v] = [width * height, (width * height * 5) / 4]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 3
      const [r, g, b] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!]
      samples[y * width + x] = 16 + (65.738 * r + 129.057 * g + 25.064 * b) / 256
      if (y % 2 || x % 2) continue
      const place = (y / 2) * (width / 2) + x / 2
      samples[u + place] = 128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256
      samples[v + place] = 128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256
    }
  }
  return samples
}
