import { backIn } from '../../http/answers.ts'
import type { AnyContext } from '../../http/env.ts'
import type { View } from '../../http/render.ts'
import type { Pill } from '../post-state.ts'
import { stateIcon } from './state-icon.ts'

/** A post's page as a panel over the calendar. Its actions lead back to the calendar. */
export const quickView = (c: AnyContext, page: View): View => ({
  ...page,
  stateIcon: stateIcon(page.pill as Pill),
  back: backIn(c, c.req.query('back')) ?? `/w/${c.get('workspace').slug}/calendar`,
})
