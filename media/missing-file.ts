/** What a file system says of a file or folder; null when there is none. Every other error is thrown. */
export const unlessMissing = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

export const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code
