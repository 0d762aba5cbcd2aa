/** Something a person can put right. Its message is one plain sentence and is shown without a stack trace. */
export class Problem extends Error {
  override name = 'Problem'
}

/** What the operating system says in words, for the errors that a person meets. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const words: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    ENOENT: 'not found',
    ENOTDIR: 'a part of the path is not a folder',
  }
  return (code && words[code]) || message
}
