import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { searchAttributes } from '../../workflows/search-keys.ts'
import { Problem } from '../problem.ts'
import { type Child, type Command, logEnd, startChild } from '../programs/child.ts'
import { systemEnvironment } from '../programs/system-environment.ts'
import type { Watchdog } from '../programs/watchdog.ts'

export type TemporalOptions = {
  program: string
  port: number
  /** Undefined: without the web UI. `codecUrl` is the service that decrypts payloads for it. */
  ui?: { host?: string; port: number; codecUrl: string }
  /** Undefined: everything in memory. */
  dataDir?: string
  logFile: string
  watchdog?: Watchdog
}
export type Temporal = {
  pid: number | undefined
  address: string
  ended: Promise<string>
  stop(): Promise<void>
}

const uiUnderOurs = ['--ui-public-path', '/temporal', '--ui-disable-news-fetch']

/**
 * Starts Temporal's development server on 127.0.0.1 and waits until its namespace answers. Throws a
 * Problem if it doesn't.
 */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const address = `127.0.0.1:${options.port}`
  const command = serverCommand(options)
  const child = startChild(command, options.watchdog)
  await untilNamespaceAnswers(options.program, address, child, command)
  return {
    pid: child.pid,
    address,
    ended: child.ended.then((why) => why + logEnd(command, child)),
    stop: child.stop,
  }
}

function serverCommand({ program, port, ui, dataDir, logFile }: TemporalOptions): Command {
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'warn',
  ]
  // The web server shows this UI to operators under /temporal/, behind its own sign-in.
  if (ui)
    args.push(
      '--ui-ip',
      ui.host ?? '127.0.0.1',
      '--ui-port',
      String(ui.port),
      '--ui-codec-endpoint',
      ui.codecUrl,
      ...uiUnderOurs,
    )
  else args.push('--headless')
  if (dataDir) {
    mkdirSync(join(dataDir, 'temporal'), { recursive: true, mode: 0o700 })
    args.push('--db-filename', join(dataDir, 'temporal', 'temporal.db'))
    // 2.4 times as many workflows per second as SQLite's defaults, measured on two cores.
    args.push('--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL')
  }
  args.push(...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]))
  // Disables its HTTP API: we use gRPC, which web pages can't.
  args.push('--dynamic-config-value', 'frontend.httpAllowedHosts=["nobody.invalid"]')
  return {
    name: 'Temporal',
    program,
    args,
    env: systemEnvironment(process.env),
    logFile,
    stopTimeoutMs: 20_000,
  }
}

async function untilNamespaceAnswers(
  program: string,
  address: string,
  child: Child,
  command: Command,
): Promise<void> {
  let ended = false
  void child.ended.then(() => {
    ended = true
  })
  for (const giveUpAt = Date.now() + 60_000; ; await sleep(100)) {
    if (
      await succeeds(program, [
        'operator',
        'namespace',
        'describe',
        'default',
        '--address',
        address,
      ])
    )
      return
    if (ended) throw new Problem(`${await child.ended}${logEnd(command, child)}`)
    if (Date.now() > giveUpAt) {
      await child.stop()
      throw new Problem(`Temporal did not answer within a minute.${logEnd(command, child)}`)
    }
  }
}

function succeeds(program: string, args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = spawn(program, args, {
      env: systemEnvironment(process.env),
      stdio: 'ignore',
      timeout: 10_000,
    })
    asking.once('error', () => resolve(false))
    asking.once('exit', (code) => resolve(code === 0))
  })
}
