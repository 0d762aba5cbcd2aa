import type { OwnMetric } from '../measurer.ts'

export const facebookMetrics: OwnMetric[] = []
