import type { ReportPeriod, ReportSection } from '../../db/reports/reports.ts'

export const sectionLabels: Record<ReportSection, { label: string; about: string }> = {
  summary: { label: 'Summary', about: 'Views, reach, engagement rate and followers' },
  changes: { label: 'What changed', about: 'In words, compared with the time before' },
  chart: { label: 'Views over time', about: 'A chart, and the share of each platform' },
  posts: { label: 'Best posts', about: 'The posts with the most views, with pictures' },
  accounts: { label: 'Accounts', about: 'A table of what each account gained' },
  hours: { label: 'Best times', about: 'When posts got more views than usual' },
}

export const periodLabels: Record<ReportPeriod, string> = {
  month: 'Last whole month',
  week: 'Last whole week',
  own: 'Days of my choice',
}
