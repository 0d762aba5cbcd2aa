import type { ChannelDraft, Composer } from '../composer.ts'
import type { Fault } from '../composer-faults.ts'

/** One of the composer's texts: the shared one, or that of a platform or an account. */
export type TextTab = {
  /** `all`, a platform or a channel id. */
  key: string
  /** The id and the name of its text area. */
  id: string
  name: string
  label: string
  platform: ChannelDraft['platform'] | null
  text: string
  /** The id of the text area whose text it has while it is empty. Null for the shared text. */
  follows: string | null
  /** The account whose preview opens with it. */
  previews: string
  /** It holds a text that breaks a rule. */
  isWrong: boolean
  /** Whether each account of the platform has a tab. Null if it has only one account. */
  split: boolean | null
}

/** The text areas whose text an account gets, in the order in which they count. */
export const textFieldsOf = ({ channel }: ChannelDraft): string[] => [
  `variant-${channel.id}`,
  `variant-${channel.platform}`,
  'text',
]

/** The texts of the form. Only the shared one if all accounts would get the same anyway. */
export const textTabs = (
  composer: Composer,
  chosen: ChannelDraft[],
  faults: Fault[],
): TextTab[] => {
  const wrong = new Set(
    faults
      .filter(({ place }) => place === 'text')
      .flatMap(({ channelId }) => chosen.filter(({ channel }) => channel.id === channelId))
      .map((one) => textFieldsOf(one).find((id) => textIn(composer, id) !== '') ?? 'text'),
  )
  const tab = (key: string, label: string, one: ChannelDraft | undefined): TextTab => {
    const id = key === 'all' ? 'text' : `variant-${key}`
    return {
      key,
      id,
      name: key === 'all' ? 'text' : `variant.${key}`,
      label,
      platform: key === 'all' ? null : (one?.platform ?? null),
      text: textIn(composer, id),
      follows: key === 'all' ? null : 'text',
      previews: one?.channel.id ?? '',
      isWrong: wrong.has(id),
      split: null,
    }
  }
  const shared = tab('all', 'All accounts', undefined)
  const platforms = [...new Set(chosen.map(({ platform }) => platform.name))]
  const own = platforms.flatMap((of) => {
    const group = chosen.filter(({ platform }) => platform.name === of)
    const [first] = group
    if (!first) return []
    const { name, label } = first.platform
    const isSplit =
      group.length > 1 &&
      (composer.form.split.includes(name) ||
        group.some(({ channel }) => composer.form.variants[channel.id]))
    const ofPlatform = { ...tab(name, label, first), split: group.length > 1 ? isSplit : null }
    const ofAccounts = isSplit
      ? group.map((one) => ({
          ...tab(one.channel.id, one.channel.handle || one.channel.name, one),
          follows: ofPlatform.id,
        }))
      : []
    return [ofPlatform, ...ofAccounts]
  })
  const isPlain = chosen.length < 2 && own.every(({ text }) => text === '')
  return isPlain ? [shared] : [shared, ...own]
}

/** Texts of accounts and platforms that aren't chosen now. They come back with them. */
export const keptTexts = (composer: Composer, tabs: TextTab[]): [name: string, text: string][] =>
  Object.entries(composer.form.variants)
    .map(([key, text]): [string, string] => [`variant.${key}`, text])
    .filter(([name, text]) => text !== '' && !tabs.some((tab) => tab.name === name))

/** The open tab: the first with a fault after a button was pressed, or the one that was open. */
export const openTab = (composer: Composer, tabs: TextTab[], strict: boolean): string => {
  const wrong = strict ? tabs.find(({ isWrong }) => isWrong) : undefined
  return (wrong ?? tabs.find(({ key }) => key === composer.form.tab))?.key ?? 'all'
}

const textIn = ({ form }: Composer, id: string): string =>
  id === 'text' ? form.text : (form.variants[id.slice('variant-'.length)] ?? '')
