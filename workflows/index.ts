export { publishTarget } from './publish-target.ts'
