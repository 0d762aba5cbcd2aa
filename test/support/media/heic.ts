import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { debianProgram } from '../servers/debian-program.ts'

/** Encodes a PNG or JPEG as a HEIC, with its EXIF data, by Debian's libheif. */
export const makeHeic = async (from: string, to: string): Promise<void> => {
  const libraries = [
    'libheif1',
    'libx265-199',
    'libde265-0',
    'libaom3',
    'libdav1d6',
    'librav1e0',
    'libsvtav1enc1',
  ]
  const encoder = await debianProgram('heif-enc', ['libheif-examples', ...libraries])
  const env = { ...process.env, LD_LIBRARY_PATH: encoder.libraries }
  await promisify(execFile)(encoder.program, ['-q', '90', '-o', to, from], { env })
}
