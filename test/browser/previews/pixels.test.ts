import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, expect, test, vi } from 'vitest'
import { scenes } from './scenes.ts'
import { startPreviewStage } from './stage.ts'

/**
 * Each preview, 375 pixels wide, must look like its picture in `references`. After a change that is
 * meant, look at the new ones: `RENEW_PREVIEWS=1 npx vitest run test/browser/previews/pixels.test.ts`
 */
const folder = join(import.meta.dirname, 'references')
const renews = process.env.RENEW_PREVIEWS === '1'
/** How much a color may differ (of 255), and how many pixels of ten thousand may differ more. */
const tolerance = { color: 24, pixels: 15 }

let stage: Awaited<ReturnType<typeof startPreviewStage>>

beforeAll(async () => {
  stage = await startPreviewStage()
}, 60_000)
vi.setConfig({ testTimeout: 60_000 })

const pixelsOf = (png: Buffer) =>
  sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })

/** How many of ten thousand pixels differ. All, if the sizes do. */
const difference = async (one: Buffer, other: Buffer): Promise<number> => {
  const [a, b] = await Promise.all([pixelsOf(one), pixelsOf(other)])
  if (a.info.width !== b.info.width || a.info.height !== b.info.height) return 10_000
  const count = a.info.width * a.info.height
  let differ = 0
  for (let at = 0; at < count * 3; at += 3)
    if (
      [0, 1, 2].some(
        (c) => Math.abs((a.data[at + c] ?? 0) - (b.data[at + c] ?? 0)) > tolerance.color,
      )
    )
      differ += 1
  return (differ / count) * 10_000
}

const shoot = async (name: string, isDark: boolean): Promise<Buffer> => {
  const scene = scenes[name]
  if (!scene) throw new Error(`there is no scene ${name}`)
  const page = await stage.open(scene, { isDark })
  await page.waitForLoadState('networkidle')
  const png = await page.locator('.pv').screenshot({ animations: 'disabled' })
  await page.context().close()
  return png
}

for (const name of Object.keys(scenes))
  test(`${name} looks as it did when somebody last looked, in light and dark`, async () => {
    for (const isDark of [false, true]) {
      const png = await shoot(name, isDark)
      const path = join(folder, `${name}${isDark ? '-dark' : ''}.png`)
      if (renews) {
        mkdirSync(folder, { recursive: true })
        writeFileSync(path, await sharp(png).png({ palette: true, effort: 10 }).toBuffer())
      }
      expect([path, existsSync(path)]).toEqual([path, true])
      const differing = await difference(png, readFileSync(path))
      expect([path, differing <= tolerance.pixels]).toEqual([path, true])
    }
  })

test('a preview that has changed is noticed', async () => {
  const [light, dark] = [await shoot('facebook-photo', false), await shoot('facebook-photo', true)]
  expect(await difference(light, light)).toBe(0)
  expect(await difference(light, dark)).toBeGreaterThan(tolerance.pixels * 10)
})
