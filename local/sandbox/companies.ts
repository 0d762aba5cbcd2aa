// The simulated companies: one line for each.
export { metaCompany } from './graph/app.ts'
export { tiktokCompany } from './tiktok/app.ts'
