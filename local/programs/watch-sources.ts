import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'

/** The programs that `npm start` runs from our sources. */
export type Program = 'web server' | 'worker' | 'sandbox'

const both: Program[] = ['web server', 'worker']
const readers: Record<string, Program[]> = {
  'local/sandbox': ['sandbox'],
  activities: ['worker'],
  config: both,
  db: both,
  media: both,
  observability: both,
  platforms: both,
  temporal: both,
  text: both,
  web: ['web server'],
  'web/views/mail': ['worker'],
  'web/views/notices': ['worker'],
  workflows: ['worker'],
}

/**
 * Which programs read this file when they start. `path` is relative to the root. The web server
 * reads templates on every request, so it needs no restart for them; emails cache theirs.
 */
export function programsReading(path: string): Program[] {
  const isTemplate = path.endsWith('.eta')
  if (!isTemplate && !/\.(ts|js|css|svg)$/.test(path)) return []
  const folders = Object.keys(readers).filter((folder) => path.startsWith(`${folder}/`))
  const closest = folders.toSorted((a, b) => b.length - a.length)[0]
  const found = closest === undefined ? [] : readers[closest]!
  return isTemplate ? found.filter((program) => program !== 'web server') : found
}

/** Calls `restart` once for all changes within a moment. Returns a function that stops watching. */
export function watchSources(
  root: string,
  restart: (programs: Set<Program>, path: string) => void,
): () => void {
  let changed = new Set<Program>()
  let timer: NodeJS.Timeout | undefined
  const note = (path: string) => {
    const programs = programsReading(path)
    if (programs.length === 0) return
    for (const program of programs) changed.add(program)
    clearTimeout(timer)
    timer = setTimeout(() => {
      const all = changed
      changed = new Set()
      restart(all, path)
    }, 200)
  }
  const tops = new Set(Object.keys(readers).filter((folder) => !folder.startsWith('web/')))
  const watchers: FSWatcher[] = [...tops].map((folder) =>
    watch(
      join(root, folder),
      { recursive: true },
      (_, name) => name && note(`${folder}/${name.replaceAll('\\', '/')}`),
    ),
  )
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
