/**
 * Meta closed these for apps registered from November 4, 2026, on every version (fact sheet 4.6).
 * Older apps lose them with v28.0.
 */
const closedParams = new Set(['ids', 'method', 'date_format', 'callback', 'async'])

/**
 * Called for every request, so that none uses a feature that new apps don't have.
 * @throws Error on our own mistake, never on Meta's
 */
export const refuseClosedFeatures = (
  path: string,
  params: Record<string, string | null | undefined>,
): void => {
  if (path.includes('?'))
    throw new Error('parameters of a Graph call belong into params, not into its path')
  for (const [name, value] of Object.entries(params)) {
    if (value == null) continue
    if (closedParams.has(name))
      throw new Error(`Meta no longer takes the parameter ${name} from new apps`)
    if (name === 'fields' && /\.as\(/.test(value))
      throw new Error('Meta no longer takes field aliases from new apps')
  }
}
