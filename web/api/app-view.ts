import type { ListedApp } from '../../db/api/apps.ts'
import { scopeWords } from './scope-words.ts'

/** A connected app as the lists show it. */
export const appView = (app: ListedApp) => ({
  ...app,
  access: app.scopes.map((scope) => ({ name: scope, label: scopeWords[scope].label })),
})
