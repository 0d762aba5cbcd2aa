import { createHash } from 'node:crypto'

/**
 * Sends the browser only the changed parts of a page that is rendered repeatedly. Each part has a
 * name, which is the id of its only element, and a mark, which is a hash of its HTML. The page
 * sends the marks it has with each request.
 */
export type Parts = {
  /** Renders a part. An empty part keeps its element. */
  part(name: string, html: string): string
  /** The form field with the marks of all parts rendered so far. */
  marks(): string
  /**
   * HTML that replaces the parts that differ from `seen` or are named in `redrawn`. Null if the
   * page has different parts.
   */
  changed(seen: string, redrawn: string[]): string | null
}

export const createParts = (): Parts => {
  const drawn = new Map<string, string>()
  const all = () => new Map([...drawn].map(([name, html]) => [name, markOf(html)]))
  const marks = () => {
    const value = [...all()].map(([name, mark]) => `${name}:${mark}`).join(' ')
    return `<input type="hidden" name="marks" id="marks" autocomplete="off" value="${value}">`
  }
  return {
    marks,
    part: (name, html) => {
      const shown = html.trim() === '' ? `<div id="${name}" hidden></div>` : html
      drawn.set(name, shown)
      return shown
    },
    changed: (seen, redrawn) => {
      const had = new Map(
        seen.split(' ').map((entry) => entry.split(':') as [string, string | undefined]),
      )
      const now = all()
      if (had.size !== now.size || [...now.keys()].some((name) => !had.has(name))) return null
      const differ = [...drawn].filter(
        ([name]) => had.get(name) !== now.get(name) || redrawn.includes(name),
      )
      return [...differ, ['marks', marks()] as const]
        .map(
          ([name, html]) =>
            `<hx-partial hx-target="#${name}" hx-swap="outerMorph">${html}</hx-partial>`,
        )
        .join('')
    },
  }
}

const markOf = (html: string): string =>
  createHash('sha256').update(html).digest('base64url').slice(0, 12)
