import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { ffmpeg } from '../../support/media/films.ts'
import { file, type Scene, scenes } from './scenes.ts'
import { startPreviewStage } from './stage.ts'

let stage: Awaited<ReturnType<typeof startPreviewStage>>

beforeAll(async () => {
  stage = await startPreviewStage()
}, 60_000)
vi.setConfig({ testTimeout: 60_000 })

const close = (page: Page) => page.context().close()

describe('a video', () => {
  let film: Buffer
  beforeAll(async () => {
    const to = join(await mkdtemp(join(tmpdir(), 'film-')), 'film.mp4')
    const moving = ['-f', 'lavfi', '-i', 'testsrc2=s=360x640:r=25:d=6']
    await ffmpeg([
      ...moving,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-movflags',
      '+faststart',
      to,
    ])
    film = await readFile(to)
  })
  type State = { paused: boolean; currentTime: number; controls: boolean }
  const state = (page: Page): Promise<State> =>
    page.evaluate(
      `(({ paused, currentTime, controls }) => ({ paused, currentTime, controls }))(document.querySelector('video'))`,
    )

  test('plays when it is tapped, from where it was trimmed and not from its cover', async () => {
    const edits = { trim: { startMs: 1_000, endMs: 5_000 } }
    const page = await stage.open(
      {
        platform: 'tiktok',
        kind: 'video',
        settings: { cover_second: '2' },
        media: [file('film', [360, 640], edits)],
      },
      { film },
    )
    await expect.poll(async () => (await state(page)).currentTime).toBeCloseTo(3, 1)
    expect(await state(page)).toMatchObject({ paused: true, controls: false })
    await page.getByRole('button', { name: 'Play video' }).click()
    await expect.poll(() => state(page)).toMatchObject({ paused: false })
    expect((await state(page)).currentTime).toBeLessThan(3)
    await page.getByRole('button', { name: 'Pause video' }).press('Enter')
    await expect.poll(() => state(page)).toMatchObject({ paused: true })
    await close(page)
  })

  test('is cropped and rotated while it plays', async () => {
    const edits = { rotate: 90 as const, crop: { x: 0.25, y: 0, width: 0.5, height: 1 } }
    const page = await stage.open(
      { platform: 'facebook', kind: 'video', media: [file('film', [360, 640], edits)] },
      { film },
    )
    const shown = await page.locator('.pv-slides').boundingBox()
    // 640 × 360 when it lies on its side, of which the middle is kept.
    expect((shown?.width ?? 0) / (shown?.height ?? 1)).toBeCloseTo(320 / 360, 2)
    const [frame, video] = await page.locator('.pv-slides, .pv-slides video').evaluateAll((all) =>
      all.map((one) => {
        const { width, height } = one.getBoundingClientRect()
        return { width, height }
      }),
    )
    expect((video?.width ?? 0) / (frame?.width ?? 1)).toBeCloseTo(2, 1)
    expect((video?.height ?? 0) / (frame?.height ?? 1)).toBeCloseTo(1, 1)
    await page.getByRole('button', { name: 'Play video' }).click()
    await expect.poll(() => state(page)).toMatchObject({ paused: false })
    await close(page)
  })

  test('has the controls of the browser without script', async () => {
    const page = await stage.open(scenes['instagram-reel'] as Scene, { javaScriptEnabled: false })
    expect(await page.locator('video[controls]').count()).toBe(1)
    expect(await page.locator('.pv-play').isVisible()).toBe(false)
    await close(page)
  })
})
