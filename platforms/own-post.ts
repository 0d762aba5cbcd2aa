/** How many days back an account's own posts are listed when it is connected. */
export const ownPostsDays = 90

/** How many characters of a caption are kept, for posts that were not made with CrateSocial. */
const textLength = 200

export const beginningOf = (text: string | null): string =>
  [...(text ?? '')].slice(0, textLength).join('')

/** Null unless it is an http or https URL. Pages show URLs from platforms as links. */
export const webAddress = (address: string | null): string | null =>
  address !== null && URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
    ? address
    : null
