import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findHolder, lockFolder } from '../../local/lock.ts'
import { atTheEnd } from '../support/at-the-end.ts'

it('reports that CrateSocial is stopping once it was told to stop or the npm that started it is gone', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'cratesocial-lock-'))
  atTheEnd(() => rm(dataDir, { recursive: true, force: true }))
  expect(findHolder(dataDir)).toBe('nobody')
  const lock = await lockFolder(dataDir, process.pid, console.log)
  expect(findHolder(dataDir)).toBe('running')
  const path = join(dataDir, 'start.lock')
  const mine = await readFile(path, 'utf8')
  await writeFile(path, JSON.stringify({ ...JSON.parse(mine), npm: '999999999 1' }))
  expect(findHolder(dataDir)).toBe('ending')
  await writeFile(path, mine)
  expect(findHolder(dataDir)).toBe('running')
  lock.ending()
  expect(findHolder(dataDir)).toBe('ending')
  lock.release()
  expect(findHolder(dataDir)).toBe('nobody')
})
