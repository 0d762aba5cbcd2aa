import type { RenderingDeps } from './scratch.ts'

/** How often the progress is stored at most. */
const noteEveryMs = 2_000

/** Stores the progress, from 0 to 1, now and then. A failure to store it stops nothing. */
export const shareNoter = (deps: RenderingDeps, note: (share: number) => Promise<void>) => {
  let notedAt = 0
  return (share: number): void => {
    if (deps.now() - notedAt < noteEveryMs) return
    notedAt = deps.now()
    note(share).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'could not record the progress'),
    )
  }
}
