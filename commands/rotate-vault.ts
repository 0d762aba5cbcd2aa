import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config/index.ts'
import { close, connect } from '../db/postgres/connect.ts'
import { refuseUnfit } from '../db/postgres/fitness.ts'
import { type Rotated, reseal } from '../db/vault/sealed.ts'
import { createVault } from '../db/vault/vault.ts'
import { configOfCommand, exitCodes, runCommand } from './command.ts'

await runCommand('vault:rotate', (command) =>
  command
    .description(
      'Encrypts every stored token again with the first key in VAULT_KEYS, while CrateSocial keeps running.\n' +
        'First put the new key in front of the others in VAULT_KEYS of every program, and restart them. Keep the older keys ' +
        'behind it until the workflows that began before have ended: what Temporal stores of them is sealed with those keys.',
    )
    .option('--new-key', 'only print a new key, to be put in front in VAULT_KEYS')
    .action(async ({ newKey }) => {
      if (newKey) console.log(makeKey(new Date()))
      else await rotate(await configOfCommand())
    }),
)

/** Key ids must be unique, so the id contains the time. */
function makeKey(at: Date): string {
  return `k${at.toISOString().slice(0, 16).replace(/\D/g, '')}:${randomBytes(32).toString('base64')}`
}

const mostRounds = 30

/** Rows that are being written are left for the next round. */
async function rotate(config: Config): Promise<void> {
  const vault = createVault(config.vaultKeys)
  const sql = connect({ ...config.database, max: 2, applicationName: 'cratesocial rotate' })
  try {
    await refuseUnfit(sql)
    let total: Rotated = await reseal(sql, vault, new Date())
    for (let round = 1; total.left > 0 && round < mostRounds; round += 1) {
      await pause(2_000)
      const next = await reseal(sql, vault, new Date())
      total = { ...next, resealed: total.resealed + next.resealed }
    }
    console.log(JSON.stringify({ rotated: total.left === 0, key: vault.keyId, ...total }))
    if (total.left > 0) process.exitCode = exitCodes.failed
  } finally {
    await close(sql)
  }
}
