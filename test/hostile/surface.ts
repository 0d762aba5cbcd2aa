import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../../config/index.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { createApp } from '../../web/app.ts'
import type { WebDeps } from '../../web/http/env.ts'
import { type Route, routesOf } from '../support/routes.ts'

const web = fileURLToPath(new URL('../../web/', import.meta.url))

/**
 * All routes of the app, read from the app itself, so that new routes are attacked without being
 * listed.
 */
export const findRoutes = (config: Config): Route[] => {
  // The app is used only to list its routes. The rest of its dependencies is never used.
  const deps = {
    config,
    platforms: createPlatforms(config),
    log: undefined,
    sql: undefined,
  } as unknown as WebDeps
  return routesOf(createApp(deps))
}

/** The names of all fields that a template contains or a route reads from a form. */
export const findFields = (): string[] => {
  const inTemplates = textsOf('.eta').flatMap((text) => [
    ...[...text.matchAll(/\bname="([\w.-]+)"/g)].map(([, name]) => name!),
    ...[...text.matchAll(/\bname: '([\w.-]+)'/g)].map(([, name]) => name!),
  ])
  const inRoutes = textsOf('.ts').flatMap((text) =>
    [...text.matchAll(/\b(?:given|fields|typed|form)\.(\w+)\b/g)].map(([, name]) => name!),
  )
  return [...new Set([...inTemplates, ...inRoutes])]
}

/** The query parameters that any route reads. */
export const findQueryNames = (): string[] => {
  const names = textsOf('.ts').flatMap((text) =>
    [...text.matchAll(/req\.quer(?:y|ies)\('(\w+)'\)/g)].map(([, name]) => name!),
  )
  return [...new Set([...names, 'range', 'from', 'to', 'by', 'state', 'code'])]
}

const textsOf = (ending: string): string[] =>
  readdirSync(web, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(web, name), 'utf8'))
