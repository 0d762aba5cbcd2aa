import { createVault } from '../../../db/vault/vault.ts'
import { createPlatforms } from '../../../platforms/index.ts'
import type { OperateDeps } from '../command.ts'

export type DoctorDeps = OperateDeps & ReturnType<typeof withPlatforms>

export const withPlatforms = (deps: OperateDeps) => ({
  ...deps,
  platforms: createPlatforms(deps.config, deps.now),
  vault: createVault(deps.config.vaultKeys),
})
