import { expect, test } from 'vitest'
import { freePort } from '../../local/ports.ts'

test('a process is never given the same port twice, also before it listens there', async () => {
  const ports = await Promise.all(Array.from({ length: 3_000 }, freePort))
  expect(new Set(ports).size).toBe(ports.length)
})
