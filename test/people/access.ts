/** The status of a route, by person, for a request with an empty form and unknown ids. */
export type Access = {
  stranger: number
  manager: number
  admin: number
  outsider: number
  operator: number
}

export const row = (
  stranger: number,
  manager: number,
  admin: number,
  outsider: number,
  operator: number,
): Access => ({
  stranger,
  manager,
  admin,
  outsider,
  operator,
})
/** Signed-out people are redirected to sign in. People who aren't members get a 404. */
export const members = (answer: number): Access => row(303, answer, answer, 404, 404)
export const admins = (answer: number): Access => row(303, 403, answer, 404, 404)
export const everybody = (answer: number): Access => row(answer, answer, answer, answer, answer)
export const signedIn = (answer: number): Access => row(303, answer, answer, answer, answer)
