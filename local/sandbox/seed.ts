import type { Platform } from './platform.ts'
import type { World } from './world.ts'

/** Fills a state that has never been filled; a state from an earlier start stays as it is. */
export function seedOnce(world: World, platforms: Platform[]): void {
  const memory = world.state.section('seed', () => ({ done: false }))
  if (memory.done) return
  for (const platform of platforms) platform.seed()
  memory.done = true
  world.state.changed()
}
