import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/servers/global-setup.ts'],
    // Processes, not threads: argon2, sharp and Temporal's core are native.
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 16,
    retry: 0,
    // Only what hangs takes this long, however busy the machine is.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    // How long something may take to come; what is there at once costs nothing.
    expect: { poll: { timeout: 20_000 } },
    env: { NODE_ENV: 'test', TZ: 'UTC' },
  },
})
