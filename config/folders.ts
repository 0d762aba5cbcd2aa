import { join, sep } from 'node:path'

const root = join(import.meta.dirname, '..')
const folderOf = (...path: string[]): string => join(root, ...path) + sep

/**
 * Folders that are read at runtime, from the sources or from a build. No other code builds a path
 * into another folder.
 */
export const folders = {
  root: folderOf(),
  views: folderOf('web', 'views'),
  public: folderOf('web', 'public'),
  platforms: folderOf('platforms'),
  migrations: folderOf('db', 'migrations'),
  workflows: folderOf('workflows'),
}
