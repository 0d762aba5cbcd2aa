import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { debianTool } from '../servers/debian-tool.ts'

type Part = { tags?: Record<string, string>; codec_name?: string; pix_fmt?: string }

/** What Debian's ffprobe, which is not the ffmpeg that made the file, finds in it. */
export async function readStreamsOf(path: string): Promise<{ format: Part; streams: Part[] }> {
  const { program, env } = await debianTool('ffprobe', 'ffmpeg')
  const args = ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', path]
  const { stdout } = await promisify(execFile)(program, args, { env, maxBuffer: 2 ** 24 })
  return JSON.parse(stdout) as { format: Part; streams: Part[] }
}
