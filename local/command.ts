import { beforeConfig } from '../commands/command.ts'
import { useLocalInstallation } from './installation.ts'

/**
 * Runs the program behind `npm run backup`, `restore`, `migrate`, `operate` or `vault:rotate` with
 * the settings of the local installation that `npm start` created, unless a database is configured.
 */
const [program] = process.argv.splice(2, 1)
const aboutWorkflows = ['workflows', 'forget-tokens', 'doctor']
const withTemporal = process.argv.slice(2).some((word) => aboutWorkflows.includes(word))
beforeConfig(() => useLocalInstallation({ alone: program === 'restore', withTemporal }))
await import(`../commands/${program}.ts`)
