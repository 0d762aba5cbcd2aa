import { setTimeout as pause } from 'node:timers/promises'
import { configOfProgram } from './config.ts'
import { close, connect } from './db/connect.ts'
import { reseal } from './db/sealed.ts'
import { createVault } from './db/vault.ts'

/**
 * `npm run vault:rotate`, when a new key stands first in VAULT_KEYS of every program: seals all tokens again with it while the system
 * runs, in rounds until none is left. The last line says whether the older keys are still needed for tokens. What Temporal keeps of
 * workflows that began before stays sealed with the older keys: keep those behind the new one until these workflows have ended.
 */
const config = configOfProgram()
const vault = createVault(config.vaultKeys)
const sql = connect({ ...config.database, max: 2, applicationName: 'cratesocial rotate' })
const rounds = 30

try {
  let total = await reseal(sql, vault, new Date())
  for (let round = 1; total.left > 0 && round < rounds; round += 1) {
    await pause(2_000)
    const next = await reseal(sql, vault, new Date())
    total = { ...next, resealed: total.resealed + next.resealed }
  }
  console.log(JSON.stringify({ rotated: total.left === 0, key: vault.keyId, ...total }))
  process.exitCode = total.left === 0 ? 0 : 1
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  await close(sql)
}
