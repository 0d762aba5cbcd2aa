import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { findSecrets, type Secret } from './search.ts'

const mark: Secret = { name: 'mark', value: Buffer.from('CANARY0123456789') }
const formsIn = (bytes: Buffer) =>
  findSecrets([mark], [{ name: 'here', bytes }]).map((hit) => hit.form)

test('a secret is found in plain text, hex and base64, at any offset and whatever surrounds it', () => {
  expect(formsIn(Buffer.from('nothing of it: CANARY 0123456789'))).toEqual([])
  expect(formsIn(Buffer.concat([randomBytes(300), mark.value, randomBytes(300)]))).toEqual([
    'clear',
  ])
  expect(formsIn(Buffer.from(`\\x00${mark.value.toString('hex')}ff`))).toEqual(['hex'])
  for (const encoding of ['base64', 'base64url'] as const)
    for (let before = 0; before < 30; before += 1) {
      const text = Buffer.concat([
        randomBytes(before),
        mark.value,
        randomBytes(31 - before),
      ]).toString(encoding)
      expect(formsIn(Buffer.from(text)), `${before} bytes before`).toContain(
        `${encoding}, ${before % 3} bytes before`,
      )
    }
})
