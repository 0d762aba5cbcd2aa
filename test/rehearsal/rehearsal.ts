import type { Certificate } from '../chaos/front-door.ts'
import type { Stage } from '../chaos/stage.ts'

export type Rehearsal = Stage & {
  /** The first of seven consecutive ports. */
  port: number
  temporalAddress: string
  https: Certificate
}
