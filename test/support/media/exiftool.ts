import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { debianProgram } from '../servers/debian-program.ts'

/**
 * All tags of a file, including embedded streams, as "group:name", read with exiftool as an
 * independent program.
 */
export async function readTags(path: string): Promise<Record<string, unknown>> {
  const { program } = await debianProgram('exiftool', ['libimage-exiftool-perl'])
  const library = join(dirname(program), '../share/perl5')
  const args = [
    `-I${library}`,
    program,
    '-json',
    '-G1',
    '-a',
    '-u',
    '-ee3',
    '-api',
    'LargeFileSupport=1',
    path,
  ]
  const { stdout } = await promisify(execFile)('perl', args, { maxBuffer: 2 ** 26 })
  const [tags] = JSON.parse(stdout) as [Record<string, unknown>]
  return tags
}

/** The tags that reveal something about the person, place, time or camera. */
export const tellingTags = (tags: Record<string, unknown>): Record<string, unknown> => {
  const telling =
    /gps|locat|make|model|serial|software|encoder|writing|author|artist|creator|owner|copyright|comment|date|lens/i
  const isEmpty = (value: unknown) => value === '' || /^0000:00:00/.test(String(value))
  const ofTheDisk = (name: string) => /^(System|ExifTool|SourceFile)/.test(name)
  return Object.fromEntries(
    Object.entries(tags).filter(
      ([name, value]) => telling.test(name) && !ofTheDisk(name) && !isEmpty(value),
    ),
  )
}
