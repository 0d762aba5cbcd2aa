import { forAnyone, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import type { ApiDocument } from './app.ts'
import { apiBodyMaxBytes } from './bodies.ts'
import { problemCodes } from './problem-codes.ts'
import { exampleOf, objectsOf, sectionsOf } from './reference.ts'

/**
 * The API reference. Our own server renders it from the OpenAPI document, because the usual readers
 * need inline styles or scripts, which our policy doesn't allow.
 */
export const referenceRoutes = (deps: WebDeps, view: Renderer, document: ApiDocument) => {
  const sections = sectionsOf(document)
  const data = {
    sections,
    objects: objectsOf(document),
    codes: Object.entries(problemCodes),
    example: exampleOf(deps.config.publicUrl),
    perHour: deps.config.apiRequestsPerHour,
    maxMegabytes: apiBodyMaxBytes / 2 ** 20,
  }
  return forAnyone.createApp().get('/developers', (c) => view.page(c, 'developers/show', data))
}
