// One line for each issuer: all that a new one needs outside its folder. Pages list them by name.
export { meta } from './graph/issuer.ts'
export { tiktok } from './tiktok/issuer.ts'
