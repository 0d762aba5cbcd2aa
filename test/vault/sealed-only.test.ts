import { defaultPayloadConverter } from '@temporalio/common'
import { expect, it } from 'vitest'
import { createCodec } from '../../temporal/data-converter.ts'
import { testConfig } from '../support/config.ts'

const keys = testConfig().vaultKeys
const plain = defaultPayloadConverter.toPayload({ targetId: 'somebody’s' })

it('a worker accepts no payload that is not sealed with a key of the vault', async () => {
  const codec = createCodec(keys)
  await expect(codec.decode([plain])).rejects.toThrow('not sealed with a key of the vault')
  const sealed = await codec.encode([plain])
  const [opened] = await codec.decode(sealed)
  expect(Buffer.from(opened?.data ?? []).toString()).toBe(Buffer.from(plain.data ?? []).toString())
  await expect(codec.decode([...sealed, plain])).rejects.toThrow('not sealed')
})

it('the payload that the Temporal server writes for an activity canceled before it started is accepted, and no similar one', async () => {
  const codec = createCodec(keys)
  const details = defaultPayloadConverter.toPayload('ACTIVITY_ID_NOT_STARTED')
  expect(await codec.decode([details])).toEqual([details])
  for (const other of ['ACTIVITY_ID_NOT_STARTED!', ['ACTIVITY_ID_NOT_STARTED'], 'canceled'])
    await expect(codec.decode([defaultPayloadConverter.toPayload(other)])).rejects.toThrow(
      'not sealed',
    )
})

it('TEMPORAL_ACCEPT_UNSEALED lets a worker read unsealed payloads during a migration, and it still seals what it writes', async () => {
  expect(testConfig().temporal.acceptUnsealed).toBe(false)
  const { temporal } = testConfig({ TEMPORAL_ACCEPT_UNSEALED: 'true' })
  const codec = createCodec(keys, temporal)
  expect(await codec.decode([plain])).toEqual([plain])
  const [sealed] = await codec.encode([plain])
  expect(Buffer.from(sealed?.data ?? []).includes('targetId')).toBe(false)
})
