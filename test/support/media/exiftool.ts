import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { debianProgram } from '../servers/debian-program.ts'

type Tags = Record<string, unknown>

/**
 * All tags of a file, including embedded streams, as "group:name", read with exiftool as an
 * independent program.
 */
export async function readTags(path: string): Promise<Tags> {
  const [tags] = await readTagsOf([path])
  return tags!
}

/** The same for several files, in their order. */
export async function readTagsOf(paths: string[]): Promise<Tags[]> {
  const { program } = await debianProgram('exiftool', ['libimage-exiftool-perl'])
  const library = join(dirname(program), '../share/perl5')
  const args = [`-I${library}`, program]
  const options = ['-json', '-G1', '-a', '-u', '-ee3', '-api', 'LargeFileSupport=1']
  const { stdout } = await promisify(execFile)('perl', [...args, ...options, ...paths], {
    maxBuffer: 2 ** 28,
  })
  return JSON.parse(stdout) as Tags[]
}

/** The tags that reveal something about the person, place, time or camera. */
export const tellingTags = (tags: Tags): Tags => {
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
