import { forMembers, type WebDeps } from '../env.ts'
import type { Renderer } from '../render.ts'

export const publicMediaRoutes = (_deps: WebDeps, _view: Renderer) => forMembers.createApp()
