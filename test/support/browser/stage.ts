import { once } from 'node:events'
import { serve } from '@hono/node-server'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { freePort } from '../../../local/ports.ts'
import type { WebDeps } from '../../../web/http/env.ts'
import { createTestApp, type Person, type TestApp } from '../app.ts'
import { atTheEnd } from '../at-the-end.ts'
import { testConfig } from '../config.ts'
import { launchBrowser } from './browser.ts'

type ContextOptions = Parameters<Browser['newContext']>[0]
type Opened = { page: Page; context: BrowserContext }

export type Stage = {
  app: TestApp
  url: string
  browser: Browser
  /** Stops answering, as a server that is being restarted, until it is called again with `true`. */
  listen(on: boolean): Promise<void>
  /** An empty page in a new context, signed in as the manager or as `person`. */
  open(options?: ContextOptions, person?: Pick<Person, 'cookie'>): Promise<Opened>
}

/** The web app on a real port, and a browser. Both are closed after the file's last test. */
export const startStage = async (swap: Partial<WebDeps> = {}): Promise<Stage> => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const app = await createTestApp({ config: testConfig({ PUBLIC_URL: url }), ...swap })
  const listen = listenUntilTheEnd(app, port)
  const browser = await launchBrowser()
  const open: Stage['open'] = async (options, person = app.cast.manager) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    context.setDefaultTimeout(20_000)
    await signInAs(context, person)
    return { page: await context.newPage(), context }
  }
  return { app, url, browser, listen, open }
}

/**
 * Serves the app on this port until the file's last test has ended. Open event streams would keep
 * a closing server waiting, so connections are cut. Returns a function that stops and starts it.
 */
export const listenUntilTheEnd = ({ app }: Pick<TestApp, 'app'>, port: number) => {
  const start = () => serve({ fetch: app.fetch, hostname: '127.0.0.1', port })
  let server = start()
  const stop = () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    if ('closeAllConnections' in server) server.closeAllConnections()
    return closed
  }
  atTheEnd(stop)
  return async (on: boolean): Promise<void> => {
    if (!on) return stop()
    server = start()
    if (!server.listening) await once(server, 'listening')
  }
}

/** Gives the context the session of this person. */
export const signInAs = async (
  context: BrowserContext,
  person: Pick<Person, 'cookie'>,
): Promise<void> => {
  const [name = '', value = ''] = person.cookie().split('=')
  await context.addCookies([
    { name, value, domain: 'localhost', path: '/', secure: true, httpOnly: true },
  ])
}
