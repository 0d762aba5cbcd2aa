// Codes of Meta that our code decides by. All others are only in the tables beside this file.

export const invalidToken = 190
/** The object is gone, or this token may not see it. */
export const hidden = { code: 100, subcode: 33 }
/** The text equals that of an earlier post. */
export const equalText = 506
/** Subcode: Instagram has restricted the action for some hours. */
export const restricted = 2207051
/** One number is withheld: too few viewers, or no permission for it. */
export const withheld = [10, 200]
