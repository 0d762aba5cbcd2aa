import type { Account } from './account.ts'

/** A published post that a person wants deleted at its platform. */
export type Removal = { account: Account; platformPostId: string; signal: AbortSignal }

/** Deletes posts at a platform. For platform errors, throws PlatformError and nothing else. */
export type Remover = {
  /** The kinds of posts that the platform's documentation says it can delete. */
  kinds: string[]
  /** The permissions of the connection that it needs. */
  scopes: string[]
  /**
   * One irreversible call. `leaving` is called right before it, and nowhere else: if it throws, the
   * call must not be made. A post that isn't there any more is no error.
   */
  send(removal: Removal & { leaving(): void }): Promise<void>
  /**
   * Read-only: whether the platform still shows the post. `gone` only if the platform shows the
   * account and not the post, so that a lost permission isn't taken for a deleted post.
   */
  look(removal: Removal): Promise<'gone' | 'shown'>
}
