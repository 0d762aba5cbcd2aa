import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { createPlatforms } from '../../platforms/index.ts'
import { testConfig } from '../support/config.ts'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

it('README and the page of each platform list every callback address to register', () => {
  const documents: Record<string, string> = {
    meta: read('docs/meta.md'),
    tiktok: read('docs/tiktok.md'),
  }
  for (const { name, callbacks } of createPlatforms(testConfig()).issuers.values()) {
    for (const path of [
      `/oauth/${name}/callback`,
      ...callbacks.map((callback) => `/callbacks/${name}${callback.path}`),
    ]) {
      expect(read('README.md'), path).toContain(`\`PUBLIC_URL${path}\``)
      expect(documents[name], path).toContain(`\`https://social.example.com${path}\``)
    }
  }
})
