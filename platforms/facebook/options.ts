import type { JsonRecord } from '../json.ts'
import type { DraftForChannel, RuleFault } from '../platform.ts'
import type { PreviewDetails } from '../post-preview.ts'

/**
 * Facebook accepts the AI label only for reels and video stories. For other posts, people set it on
 * Facebook.
 */
export const readFacebookOptions = (kind: string, fields: Record<string, string>): JsonRecord => {
  const place = (fields.place_id ?? '').replaceAll('\0', '').trim()
  const isLabeled = ['on', 'true', '1'].includes(fields.is_ai_generated ?? '')
  return {
    ...(kind === 'reel' && place !== '' ? { place_id: place } : {}),
    ...((kind === 'reel' || kind === 'story') && isLabeled ? { is_ai_generated: true } : {}),
  }
}

export const placeFaults = ({ settings }: DraftForChannel): RuleFault[] => {
  if (settings.place_id === undefined || /^\d{5,20}$/.test(String(settings.place_id))) return []
  const words = 'Facebook: the location is the number of a Facebook Page that has an address.'
  return [{ rule: 'place', field: 'settings', setting: 'place_id', words }]
}

export const facebookPreviewDetails = ({
  settings,
}: Pick<DraftForChannel, 'settings'>): PreviewDetails => ({
  ...(typeof settings.place_id === 'string'
    ? { place: `Location of Page ${settings.place_id}` }
    : {}),
  labels: settings.is_ai_generated === true ? ['AI info'] : [],
})
