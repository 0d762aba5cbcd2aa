import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folders } from '../../config/folders.ts'

/**
 * The version of this copy of CrateSocial, from package.json. The build puts a copy next to the
 * compiled files.
 */
export const { version } = JSON.parse(readFileSync(join(folders.root, 'package.json'), 'utf8')) as {
  version: string
}
