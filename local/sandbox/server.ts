import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { createClock } from './clock.ts'
import * as companies from './companies.ts'
import { createControl } from './control.ts'
import { createFaults } from './faults.ts'
import { createFetchMedia } from './fetch-media.ts'
import { foreignReason } from './foreign.ts'
import { createLedger } from './ledger.ts'
import { createMediaStore } from './media-store.ts'
import type { Pace } from './pace.ts'
import type { Platform } from './platform.ts'
import { createPublicApp } from './public-app.ts'
import { seedOnce } from './seed.ts'
import { coreSettings, type Settings } from './settings.ts'
import { createState } from './state.ts'
import type { SandboxEnv, World } from './world.ts'

export type SandboxOptions = {
  /** 0 for any free port. */
  port: number
  controlPort: number
  host?: string
  /** The public URL of the public port, if it isn't host and port. Without a trailing slash. */
  publicUrl?: string
  /**
   * Keeps people, tokens, posts and media across restarts. Without it, a temporary folder is used
   * and deleted.
   */
  dir?: string
  /** The tester's app at each company, by the variables that the company reads. */
  env: NodeJS.ProcessEnv
  pace?: Pace
  /** The initial time of the sandbox's clock, in milliseconds since 1970. Default: now. */
  at?: number | undefined
  /**
   * Nothing else runs in this process, so the global Request and Response may be replaced by
   * lighter ones.
   */
  isAlone?: boolean
}

export type Sandbox = { url: string; controlUrl: string; close(): Promise<void> }

/** Starts the simulated companies on two ports of `host`. @throws if a port is in use */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1'
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'platform-sandbox-')))
  const place = { url: '' }
  const world = createWorld(options, dir, place)
  const platforms = await Promise.all(
    Object.values(companies).map(({ start }) => start(world, options.env)),
  )
  const settings = structuredClone(world.settings)
  const reset = () => resetWorld(world, settings, platforms)

  const at = (port: number) => ({
    host,
    port,
    isAlone: options.isAlone ?? false,
    publicUrl: options.publicUrl,
  })
  const server = await listen(createPublicApp(world, platforms), at(options.port))
  place.url = options.publicUrl ?? urlOf(server, host)
  const control = await listen(
    createControl(world, { platforms, publicUrl: () => place.url, reset }),
    at(options.controlPort),
  )
  seedOnce(world, platforms)
  for (const platform of platforms) platform.resume()

  return {
    url: place.url,
    controlUrl: urlOf(control, host),
    async close() {
      world.clock.close()
      await Promise.all([stop(server), stop(control)])
      world.state.close()
      if (!options.dir) await rm(dir, { recursive: true, force: true })
    },
  }
}

function createWorld(options: SandboxOptions, dir: string, place: { url: string }): World {
  const state = createState(options.dir)
  const pace = options.pace ?? 'quick'
  const ofCompanies = Object.values(companies).map(({ settings }) => settings(pace))
  const settings: Settings = Object.assign({ ...coreSettings() }, ...ofCompanies)
  const media = createMediaStore(dir, state)
  return {
    clock: createClock(
      state.section('clock', () => ({ offsetMs: (options.at ?? Date.now()) - Date.now() })),
    ),
    ledger: createLedger(state),
    faults: createFaults(),
    settings,
    state,
    media,
    fetchMedia: createFetchMedia(dir, media, settings),
    mediaUrl: (sha256) => `/media/${sha256}`,
    baseUrl: (prefix) => place.url + prefix,
    dir,
  }
}

function resetWorld(world: World, settings: Settings, platforms: Platform[]) {
  world.clock.close()
  world.faults.clear()
  world.ledger.forgetCalls()
  Object.assign(world.settings, structuredClone(settings))
  world.state.reset()
  seedOnce(world, platforms)
}

type Place = { host: string; port: number; isAlone: boolean; publicUrl: string | undefined }

function listen(app: Hono<SandboxEnv>, { host, port, isAlone, publicUrl }: Place): Promise<Server> {
  const ownHost = publicUrl && new URL(publicUrl).host
  const fetch = (request: Request, env: unknown) => {
    const { incoming } = env as HttpBindings
    const why = foreignReason(
      { method: request.method, header: (name) => incoming.headers[name]?.toString() },
      ownHost,
    )
    return why ? new Response(`${why}\n`, { status: 403 }) : app.fetch(request, env as HttpBindings)
  }
  const server = createAdaptorServer({
    fetch,
    overrideGlobalObjects: isAlone,
    autoCleanupIncoming: false,
  }) as Server
  server.requestTimeout = 0
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const urlOf = (server: Server, host: string): string =>
  `http://${host}:${(server.address() as AddressInfo).port}`
