/** Rows of a file, with those that are empty. */
export const importLinesMax = 20_000
export const importColumnsMax = 60
