/** How a person wants dates to be written, as it is stored. `DateStyle` in text/ is what writes them. */
export type DateChoice = {
  hours: 12 | 24
  dateOrder: 'mdy' | 'dmy' | 'ymd'
  /** Monday is 1, Saturday 6, Sunday 7. */
  weekStart: 1 | 6 | 7
}
