export { publishTarget } from './publish-target.ts'
export { reconcileStarts } from './reconcile-starts.ts'
