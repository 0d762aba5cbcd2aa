import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** SSIM from 0 to 1, PSNR in decibels, over all colors and frames. */
export type Likeness = { ssim: number; psnrDb: number }

/**
 * Compares a file with its original, scaled to the size of the file, whose frames are at the same
 * times. Colors are compared at half the resolution, at which all of these files store them.
 */
export const likenessOf = async (
  program: string,
  made: { path: string; width: number; height: number },
  original: string,
): Promise<Likeness> => {
  const { width, height } = made
  const equal = `fps=30:start_time=0,scale=${width}:${height}:flags=lanczos:out_range=tv:out_color_matrix=bt709,format=yuv420p`
  const graph = [
    `[0:v]${equal},split[a][c]`,
    `[1:v]${equal},split[b][d]`,
    '[a][b]ssim,nullsink',
    '[c][d]psnr',
  ]
  const args = ['-hide_banner', '-nostats', '-i', made.path, '-i', original]
  const { stderr } = await promisify(execFile)(
    program,
    [...args, '-filter_complex', graph.join(';'), '-f', 'null', '-'],
    { maxBuffer: 2 ** 24 },
  )
  const ssim = / SSIM .*All:([\d.]+)/.exec(stderr)?.[1]
  const psnr = / PSNR .*average:([\d.]+|inf)/.exec(stderr)?.[1]
  if (!ssim || !psnr) throw new Error(`ffmpeg compared nothing: ${stderr.slice(-2_000)}`)
  return { ssim: Number(ssim), psnrDb: Math.round(Number(psnr) * 10) / 10 }
}
