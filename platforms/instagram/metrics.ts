import type { OwnMetric } from '../measurer.ts'

export const instagramMetrics: OwnMetric[] = []
