import { numberFormat } from '../../../text/formatters.ts'

/** What a counter says, and whether it is shown: silent until 15% of the room is left. */
export type Room = { left: number; isNear: boolean; isOver: boolean; words: string }

/** How many characters are left, or over the limit. */
export const roomIn = (length: number, limit: number): Room => {
  const left = limit - length
  const count = Math.abs(left)
  const unit = count === 1 ? 'character' : 'characters'
  return {
    left,
    isNear: left <= limit * 0.15,
    isOver: left < 0,
    words: `${numberFormat().format(count)} ${unit} ${left < 0 ? 'over' : 'left'}`,
  }
}
