import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import { startStage } from '../support/browser/stage.ts'
import { ffmpeg } from '../support/media/films.ts'
import { connectAll, postIdIn } from '../support/posts.ts'
import { put } from '../support/uploading.ts'

type ContextOptions = Parameters<Awaited<ReturnType<typeof startStage>>['open']>[0]
export type StoredEdits = {
  crop?: { x: number; y: number; width: number; height: number }
  rotate?: number
  trim?: { startMs: number; endMs: number }
} | null

/** Four colors: red and green above, blue and yellow below. */
export const quadrants = async (width: number, height: number): Promise<Buffer> => {
  const part = (background: string, left: number, top: number) => ({
    input: { create: { width: width / 2, height: height / 2, channels: 3 as const, background } },
    left,
    top,
  })
  const parts = [
    part('red', 0, 0),
    part('lime', width / 2, 0),
    part('blue', 0, height / 2),
    part('yellow', width / 2, height / 2),
  ]
  return sharp({ create: { width, height, channels: 3, background: 'black' } })
    .composite(parts)
    .jpeg()
    .toBuffer()
}

/** Six seconds of moving pictures that need no conversion. */
const film = async (): Promise<Buffer> => {
  const to = join(await mkdtemp(join(tmpdir(), 'film-')), 'film.mp4')
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=540x960:r=25:d=6']
  await ffmpeg([
    ...source,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-g',
    '75',
    '-pix_fmt',
    'yuv420p',
    '-movflags',
    '+faststart',
    to,
  ])
  return readFile(to)
}

export const editorFrame = (page: Page) => page.locator('[data-frame]')

/** Opens the editor of a file in the composer and waits until its picture or video is there. */
export const openEditor = async (page: Page, media: string): Promise<void> => {
  const button = page.locator(`#edit-${media}`)
  // On a touch screen, or a narrow one, a file's buttons come with a tap on it.
  const isSmall = await button.evaluate((one) => !one.checkVisibility())
  if (isSmall) await page.locator(`#open-${media}`).click()
  await (isSmall ? page.locator(`#crop-${media}`) : button).click()
  await editorFrame(page).waitFor()
  await page.evaluate(`(async () => {
    const one = document.querySelector('[data-source]')
    if (one.decode) return one.decode()
    if (one.readyState < 2) await new Promise((loaded) => one.addEventListener('loadeddata', loaded, { once: true }))
  })()`)
}

/** A composer in a real browser with files that have bytes. */
export const startEditingStage = async () => {
  const { app, url, open } = await startStage()
  const channels = await connectAll(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
  })
  const upload = async (name: string, body: Buffer): Promise<string> => {
    const { status, text } = await put(app.cast.manager, name, body, { Origin: url })
    if (status !== 201) throw new Error(`${name} was answered with ${status}: ${text}`)
    return /data-media="([0-9a-f-]{36})"/.exec(text)?.[1] ?? ''
  }
  return {
    app,
    channels,
    picture: async (width = 1600, height = 900) =>
      upload('wall.jpg', await quadrants(width, height)),
    film: async () => upload('film.mp4', await film()),
    /** The composer of a new post with these files and accounts. */
    compose: async (
      media: string[],
      accounts: string[],
      options: ContextOptions = {},
    ): Promise<{ page: Page; context: BrowserContext }> => {
      const opened = await open({ reducedMotion: 'reduce', ...options })
      const query = new URLSearchParams([
        ...media.map((id): [string, string] => ['media', id]),
        ...accounts.map((id): [string, string] => ['channel', id]),
      ])
      await opened.page.goto(`${url}/w/northside/posts/new?${query}`)
      return opened
    },
    /** Saves the draft in the page. Returns the edits of its files. */
    save: async (page: Page): Promise<StoredEdits[]> => {
      await page.locator('#composer button[name=act][value=save]').first().click()
      await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/)
      const postId = postIdIn(page.url())
      const rows = await app.sql<
        { edits: StoredEdits }[]
      >`select edits from post_media where post_id = ${postId} order by position`
      return rows.map(({ edits }) => edits)
    },
  }
}
