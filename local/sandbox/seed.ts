import type { Platform } from './platform.ts'
import type { World } from './world.ts'

/** Fills a new state. Does nothing if it was already filled. */
export function seedOnce(world: World, platforms: Platform[]): void {
  const memory = world.state.section('seed', () => ({ done: false }))
  if (memory.done) return
  for (const platform of platforms) platform.seed()
  memory.done = true
  world.state.changed()
}
