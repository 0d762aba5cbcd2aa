import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { Problem } from './problem.ts'

/** All ports of the local stack: the variable, what uses the port, and the default. */
const table = {
  web: ['PORT', 'the web server', 3000],
  postgres: ['POSTGRES_PORT', 'PostgreSQL', 3010],
  temporal: ['TEMPORAL_PORT', 'Temporal', 3020],
  temporalUi: ['TEMPORAL_UI_PORT', 'the Temporal UI', 3021],
  sandbox: ['SANDBOX_PORT', 'the sandbox', 3030],
  sandboxControl: ['SANDBOX_CONTROL_PORT', 'the sandbox’s control board', 3031],
  smtp: ['SMTP_PORT', 'the mailbox (SMTP)', 3040],
  mailbox: ['MAILBOX_PORT', 'the pages of the mailbox', 3041],
} as const

export type PortName = keyof typeof table
export type Ports = Record<PortName, number>

/** Throws a Problem that names the variable if a port is invalid or used twice. */
export function readPorts(env: NodeJS.ProcessEnv): Ports {
  const seen = new Map<number, string>()
  const entries = Object.entries(table).map(([name, [variable, , fallback]]) => {
    const port = Number(env[variable] || fallback)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Problem(`${variable} must be a port from 1 to 65535, not "${env[variable]}".`)
    const other = seen.get(port)
    if (other)
      throw new Problem(`${other} and ${variable} are both ${port}. Give one of them another port.`)
    seen.set(port, variable)
    return [name, port]
  })
  return Object.fromEntries(entries) as Ports
}

/** Throws a Problem that lists all ports in use, with the variables that change them. */
export async function refuseTakenPorts(ports: Ports, needed: PortName[]): Promise<void> {
  const results = await Promise.all(
    needed.map(async (name) => ((await isFree(ports[name])) ? undefined : name)),
  )
  const taken = results.filter((name) => name !== undefined)
  if (taken.length === 0) return
  const list = taken.map(
    (name) => `${ports[name]} (${table[name][1]}; set ${table[name][0]} to use another)`,
  )
  throw new Problem(
    `${taken.length === 1 ? 'A port is' : 'Ports are'} in use by another program: ${list.join(', ')}.`,
  )
}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** What this process was given: it may not listen there yet. */
const given = new Set<number>()

/**
 * A free port below the range that the system uses for outgoing connections, so that nothing takes
 * it by chance before it is used. A process is never given the same port twice.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}
