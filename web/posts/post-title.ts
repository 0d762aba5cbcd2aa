const titleLength = 60

/** The title of a post in lists: the beginning of its text. */
export const titleOf = (text: string): string => {
  const line = text.trim().split('\n', 1)[0]?.trim() ?? ''
  if (line === '') return 'Post without text'
  return line.length > titleLength ? `${line.slice(0, titleLength - 1).trimEnd()}…` : line
}
