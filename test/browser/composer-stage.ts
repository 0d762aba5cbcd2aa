import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { startStage } from '../support/browser/stage.ts'
import { addMedia, connectAll, type PlatformName, postIdIn } from '../support/posts.ts'

/** Fields of one account in the form, by their names in its settings. */
type Fields = Record<string, string>
/** Which files a draft has, which kind it is on each account, and what is filled in. */
export type Scene = {
  media: ('image' | 'video')[]
  text?: string
  kinds: Record<PlatformName, string>
  fields: (media: string[]) => Partial<Record<PlatformName, Fields>>
}
export type Look = { dark?: boolean; width?: number }

/** The composer in a real browser, with an account on every platform. */
export const startComposerStage = async () => {
  const { app, url, open } = await startStage()
  const channels = await connectAll(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
  })
  return {
    app,
    channels,
    /** Saves the scene as a draft. Returns the ids of its files and the path of the composer. */
    saveDraft: async ({ media, text = 'Twenty crates', kinds, fields }: Scene) => {
      const files: string[] = []
      for (const kind of media)
        files.push(
          await addMedia(app.deps, app.workspaces.northside, app.cast.manager.id, { kind }),
        )
      const form = new URLSearchParams([
        ['text', text],
        ['act', 'save'],
        ...files.map((id): [string, string] => ['media', id]),
      ])
      const typed = fields(files)
      for (const [platform, channel] of Object.entries(channels) as [PlatformName, string][]) {
        form.append('channel', channel)
        form.append(`kind.${channel}`, kinds[platform])
        for (const [name, value] of Object.entries(typed[platform] ?? {}))
          form.append(`${channel}.${name}`, value)
      }
      const saved = await app.cast.manager.post('/w/northside/posts', form)
      return { files, path: `/w/northside/posts/${postIdIn(saved.location)}/edit` }
    },
    open: async (path: string, { dark = false, width = 1280 }: Look = {}): Promise<Page> => {
      const { page } = await open({
        colorScheme: dark ? 'dark' : 'light',
        viewport: { width, height: width < 700 ? 844 : 900 },
        reducedMotion: 'reduce',
      })
      await page.goto(url + path)
      return page
    },
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong: the rule and the elements. */
export const axeFaults = (page: Page): Promise<string[]> =>
  page.evaluate(`(async () => {
    ${axe}
    // At the end of the page the composer's bar, which stays in sight, is over nothing.
    scrollTo(0, document.documentElement.scrollHeight)
    const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return found.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 200)).join(' | '))
  })()`)

/** Elements that reach over the edge of the window. What a box scrolls or clips itself doesn't. */
export const overEdge = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const root = document.documentElement
    const isClipped = (one) => {
      for (let box = one.parentElement; box !== root; box = box.parentElement)
        if (getComputedStyle(box).overflowX !== 'visible') return true
      return false
    }
    const wide = [...document.querySelectorAll('main *')].filter((one) => {
      const { left, right, width } = one.getBoundingClientRect()
      return width > 1 && one.checkVisibility() && (left < 0 || right > root.clientWidth + 0.5) && !isClipped(one)
    })
    return [
      ...(root.scrollWidth > root.clientWidth ? ['the page scrolls sideways'] : []),
      ...wide.map((one) => one.outerHTML.slice(0, 120)),
    ]
  })()`)

/**
 * A stop of the Tab key. `ring`: whether the focus is marked; `covered`: what hides the whole of it.
 */
type Stop = {
  name: string
  ring: boolean
  covered: string
  left: number
  top: number
  bottom: number
}

/**
 * Presses Tab until the focus has left the form. Returns the stops inside it. A time has several,
 * which count as one.
 */
export const walk = async (page: Page): Promise<Stop[]> => {
  const stops: Stop[] = []
  await page.evaluate('document.activeElement?.blur()')
  for (let pressed = 0; pressed < 300; pressed += 1) {
    await page.keyboard.press('Tab')
    const stop = (await page.evaluate(`(${stopHere})()`)) as Stop | 'outside' | 'over'
    if (stop === 'over') return stops
    if (stop !== 'outside' && stop.name !== stops.at(-1)?.name) stops.push(stop)
  }
  throw new Error('Tab does not come to an end')
}

const nameOf = `(one) => one.id || [one.closest('details')?.id, one.tagName, one.name, one.value, one.textContent.trim().slice(0, 40)].filter(Boolean).join(' ')`

// What has the focus is scrolled into view with the next frame.
const stopHere = `async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame)
  const one = document.activeElement
  if (one === document.body) return 'over'
  if (!one.closest('#composer')) return window.wasInside ? 'over' : 'outside'
  window.wasInside = true
  const ring = (element) => {
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(element)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && opacity !== '0'
  }
  let shown = one
  while (shown && !ring(shown) && shown.id !== 'composer') shown = shown.parentElement
  const { left, right, top, bottom } = shown.getBoundingClientRect()
  const from = Math.max(top, 0), to = Math.min(bottom, innerHeight)
  const over = [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => document.elementFromPoint((left + right) / 2, from + part * (to - from)))
  const isFree = to > from && over.some((above) => above && (shown.contains(above) || above.contains(shown)))
  return {
    name: (${nameOf})(one),
    ring: shown.id !== 'composer',
    covered: isFree ? '' : (over[2]?.outerHTML ?? 'outside the window').slice(0, 80),
    left,
    top: top + scrollY,
    bottom: bottom + scrollY,
  }
}`

/** Everything in the form that a person without a mouse has to reach, in the order of the page. */
export const reachable = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const every = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
    return [...document.querySelectorAll('#composer :is(' + every + ')')]
      .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => one.type !== 'radio' || one.checked || (!document.querySelector('[name="' + one.name + '"]:checked') && one === document.querySelector('[name="' + one.name + '"]')))
      .map(${nameOf})
  })()`)
