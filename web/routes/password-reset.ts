import { forMembers, type WebDeps } from '../env.ts'
import type { Renderer } from '../render.ts'

export const passwordResetRoutes = (_deps: WebDeps, _view: Renderer) => forMembers.createApp()
