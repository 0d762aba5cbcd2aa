import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { productFolders } from '../house-rules.ts'

/** The repository's own files, as the house rules and `npm run house` see them. Paths are relative to the root. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

const programs = ['server.ts', 'worker.ts', 'promises.ts']
const otherFolders = ['local', 'production', 'bench', 'test']

/** Code that runs on a server or in a browser. */
export const productFiles: string[] = [...programs, ...productFolders.flatMap(filesIn)].sort()
export const allFiles: string[] = [...productFiles, ...otherFolders.flatMap(filesIn)].sort()
export const typescriptOf = (files: string[]): string[] =>
  files.filter((file) => file.endsWith('.ts'))

export function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
}

export function sourceOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** How many files of code and templates a folder may hold directly: more can't be read at a glance. */
export const filesPerFolder = 26

/** How many files of code and templates each folder holds directly, largest first. */
export function folderSizes(): [folder: string, files: number][] {
  const sizes = new Map<string, number>()
  for (const file of allFiles.filter((file) => /\.(ts|js|eta)$/.test(file))) {
    const folder = file.slice(0, file.lastIndexOf('/'))
    if (file.includes('/')) sizes.set(folder, (sizes.get(folder) ?? 0) + 1)
  }
  return [...sizes].sort(([, a], [, b]) => b - a)
}
