import { defaultPayloadConverter } from '@temporalio/common'
import { expect, it } from 'vitest'
import { createCodec } from '../../temporal/data-converter.ts'
import { testConfig } from '../support/config.ts'

const keys = testConfig().vaultKeys
const plain = defaultPayloadConverter.toPayload({ targetId: 'somebody’s' })

it('a worker reads no payload that is not sealed with a key of the vault', async () => {
  const codec = createCodec(keys)
  await expect(codec.decode([plain])).rejects.toThrow('not sealed with a key of the vault')
  const sealed = await codec.encode([plain])
  const [opened] = await codec.decode(sealed)
  expect(Buffer.from(opened?.data ?? []).toString()).toBe(Buffer.from(plain.data ?? []).toString())
  await expect(codec.decode([...sealed, plain])).rejects.toThrow('not sealed')
})

it('what the Temporal server writes of an activity that was canceled before it started is read, and nothing like it', async () => {
  const codec = createCodec(keys)
  const details = defaultPayloadConverter.toPayload('ACTIVITY_ID_NOT_STARTED')
  expect(await codec.decode([details])).toEqual([details])
  for (const other of ['ACTIVITY_ID_NOT_STARTED!', ['ACTIVITY_ID_NOT_STARTED'], 'canceled'])
    await expect(codec.decode([defaultPayloadConverter.toPayload(other)])).rejects.toThrow('not sealed')
})

it('TEMPORAL_ACCEPT_UNSEALED lets it read them, for moving; what it writes is sealed all the same', async () => {
  expect(testConfig().temporal.acceptUnsealed).toBe(false)
  const { temporal } = testConfig({ TEMPORAL_ACCEPT_UNSEALED: 'true' })
  const codec = createCodec(keys, temporal)
  expect(await codec.decode([plain])).toEqual([plain])
  const [sealed] = await codec.encode([plain])
  expect(Buffer.from(sealed?.data ?? []).includes('targetId')).toBe(false)
})
