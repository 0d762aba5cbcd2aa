import type { Hono } from 'hono'
import type { Env } from '../../web/http/env.ts'

export type Route = { method: string; path: string }

/** The pattern after a parameter's name, such as `{[0-9a-f]{8}-…}`. */
const shapeOfParameter = /\{(?:[^{}]|\{[^}]*\})*\}/g

/**
 * All routes of the app, read from the app itself, such as `POST /w/:workspace/posts`. New routes
 * are included automatically.
 */
export const routesOf = (app: Hono<Env>): Route[] => {
  const found = new Map<string, Route>()
  for (const { method, path } of app.routes) {
    if (method === 'ALL' || path.startsWith('/assets/')) continue
    const route = { method, path: path.replace(shapeOfParameter, '') }
    found.set(`${method} ${route.path}`, route)
  }
  return [...found.values()]
}

/** The route's URL with these parameter values. Other parameters get an id that doesn't exist. */
export const addressOf = ({ path }: Route, values: Record<string, string> = {}): string =>
  path
    .replace(
      /:([a-zA-Z]+)/g,
      (_, name: string) => values[name] ?? '0193a000-0000-7000-8000-000000000000',
    )
    .replace(/\*$/, values.rest ?? 'api/v1/settings')
