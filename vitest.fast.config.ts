import { defineConfig } from 'vitest/config'
import { fastTests } from './test/fast/tests.ts'
import config from './vitest.config.ts'

/** `npm run test:fast`: the tests that need neither Temporal nor a browser. */
export default defineConfig({
  test: { ...config.test, include: fastTests(), globalSetup: ['test/fast/setup.ts'] },
})
