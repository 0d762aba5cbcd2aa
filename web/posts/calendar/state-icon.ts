import type { Pill } from '../post-state.ts'

/** The icon of the sprite that stands for a post's state. Always shown with the state's words. */
export const stateIcon = ({ words, tone }: Pill): string => {
  if (words === 'draft') return 'pencil'
  if (words === 'in review') return 'eye'
  if (words.startsWith('on hold')) return 'player-pause'
  if (words.endsWith('in the inbox')) return 'device-mobile'
  return icons[tone]
}

const icons: Record<Pill['tone'], string> = {
  way: 'clock',
  out: 'circle-check',
  wait: 'help-circle',
  need: 'alert-circle',
  '': 'ban',
}
