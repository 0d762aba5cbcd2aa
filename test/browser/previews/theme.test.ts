import { expect, test } from 'vitest'
import { startEditingStage } from '../editing-stage.ts'

test('the moon switches the preview alone, in both directions, and asks the server for nothing', async () => {
  const stage = await startEditingStage()
  const media = await stage.picture()
  for (const colorScheme of ['light', 'dark'] as const)
    for (const javaScriptEnabled of [true, false]) {
      const { page, context } = await stage.compose([media], [stage.channels.instagram], {
        colorScheme,
        javaScriptEnabled,
      })
      const colors = (): Promise<string[]> =>
        page.evaluate(
          `['body', '.shown .pv'].map((one) => getComputedStyle(document.querySelector(one)).backgroundColor)`,
        )
      const [pageBefore, before] = await colors()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      const moon = page.getByRole('checkbox', { name: 'Switch the preview between light and dark' })
      await moon.press('Space')
      const [pageAfter, after] = await colors()
      const [light, dark] = ['rgb(255, 255, 255)', 'rgb(0, 0, 0)']
      expect([before, after]).toEqual(colorScheme === 'light' ? [light, dark] : [dark, light])
      expect(pageAfter).toBe(pageBefore)
      if (javaScriptEnabled) {
        // What is typed afterwards renders the preview again, which stays as it was.
        await page.locator('#text').fill('Nothing is lost #here')
        await page.locator('.shown .pv-tint', { hasText: '#here' }).waitFor()
        expect((await colors())[1]).toBe(after)
        expect(asked.filter((url) => url.includes('/posts/check'))).toHaveLength(1)
      }
      await context.close()
    }
}, 90_000)
