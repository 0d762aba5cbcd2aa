import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../../local/programs/child.ts'
import type { Watchdog } from '../../local/programs/watchdog.ts'
import { type Supervised, type Supervision, supervise } from './supervised.ts'

type Plan = Supervision & { folder: string; port: number; logFile: string; watchdog: Watchdog }

/**
 * The real server with its PostgreSQL, set up by `real-temporal.sh start FOLDER PORT`. Its
 * PostgreSQL must be running and its own server stopped: the server is started here, so that it can
 * be killed and restarted.
 */
export const startRealTemporal = ({
  folder,
  port,
  logFile,
  watchdog,
  ...supervision
}: Plan): Supervised => {
  const args = ['--config-file', join(folder, 'config/server.yaml'), '--allow-no-auth', 'start']
  const command = {
    name: 'Temporal',
    program: join(folder, 'bin/server'),
    args,
    logFile,
    env: { PATH: process.env.PATH },
  }
  const start = async () => {
    const child = startChild(command, watchdog)
    for (const giveUpAt = Date.now() + 60_000; !(await accepts(port)); await sleep(100)) {
      if (Date.now() < giveUpAt) continue
      await child.stop()
      throw new Error(
        `the server of ${folder} did not accept connections on ${port} within a minute`,
      )
    }
    return child
  }
  return supervise('temporal', start, supervision)
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
