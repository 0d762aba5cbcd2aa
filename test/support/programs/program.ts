import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Ran = { code: number; out: string; err: string }

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Everything that the configuration requires besides the database. Nothing listens at these
 * addresses.
 */
const settings = {
  VAULT_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  THROTTLE_KEY: 'a throttle key for tests, long enough',
  SMTP_URL: 'smtp://127.0.0.1:2',
  TEMPORAL_ADDRESS: '127.0.0.1:2',
  PORT: '0',
}

/**
 * Runs one of our programs (a file, relative to the root, and its arguments) as a person would, and
 * returns its output.
 */
export const runProgram = ([file = '', ...args]: string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise((resolve) => {
    const options = {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings, ...env },
    }
    execFile(process.execPath, ['--import', 'tsx', file, ...args], options, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
