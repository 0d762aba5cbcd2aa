import type { Hono } from 'hono'
import type { HostPrefix, SandboxEnv } from './world.ts'

/** An account that a visitor can look at. */
export type AccountLink = {
  platform: 'facebook' | 'instagram' | 'tiktok'
  id: string
  name: string
  username: string | null
  feedPath: string
}

/** One half of the sandbox. */
export type Platform = {
  /** What answers under each host's prefix. */
  hosts: Partial<Record<HostPrefix, Hono<SandboxEnv>>>
  /** Mounted on the control port at /accounts: create accounts, change their state. */
  control: Hono<SandboxEnv>
  /** Pages that are not an account's, for the start page. */
  places?: { label: string; path: string }[]
  /** Mounted on the control port at its own path: what a person does on the platform itself. */
  tools?: { path: string; app: Hono<SandboxEnv> }
  /** Fills an empty state with the known people and accounts. Called at the first start and after a reset. */
  seed(): void
  /** Called after a start with an old state: whatever was waiting for its time waits again. */
  resume(): void
  accounts(): AccountLink[]
  /** What the audience of a post has done up to now; null for an unknown one. */
  numbers(platform: string, postId: string): Record<string, number> | null
}
