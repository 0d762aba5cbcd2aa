import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { AnyContext } from './env.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = [Address, number]

/**
 * The client's IP address, for throttling only; never stored with a person (promise: A3). Starts at
 * the socket and reads X-Forwarded-For from right to left while the hop is a trusted proxy. The
 * first address that isn't trusted is the client, even if it is private. Entries to the left are
 * ignored, because the client can forge them. IPv6 addresses are grouped by /64, the size of one
 * customer's network.
 */
export const clientAddress = (c: AnyContext, trustedProxies: string[]): string => {
  const trusted = rangesOf(trustedProxies)
  const forwarded = (c.req.header('X-Forwarded-For') ?? '')
    .split(',')
    .filter((entry) => entry.trim() !== '')
  let client = parse(c.env?.incoming?.socket?.remoteAddress ?? '')
  while (client && isTrusted(client, trusted) && forwarded.length > 0) {
    // If we can't parse the address that a proxy names, the proxy counts as the client.
    const before = parse(forwarded.pop() ?? '')
    if (!before) break
    client = before
  }
  return client ? grouped(client) : 'unknown'
}

/** Accepts an address with a port, as some proxies write it, and IPv4 mapped to IPv6. */
const parse = (text: string): Address | null => {
  const bare = text
    .trim()
    .replace(
      /^\[([^\]]*)\](:\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$/,
      (_, six, _port, four) => six ?? four,
    )
  return isIP(bare) ? ipaddr.process(bare) : null
}

const isTrusted = (address: Address, ranges: Range[]): boolean =>
  ranges.some(
    ([range, bits]) =>
      range.kind() === address.kind() && address.match(range as ipaddr.IPv4 & ipaddr.IPv6, bits),
  )

const parsed = new WeakMap<string[], Range[]>()

/** Each configured list is parsed once. */
const rangesOf = (entries: string[]): Range[] => {
  const known = parsed.get(entries)
  if (known) return known
  const ranges = entries.map((entry): Range => {
    if (entry.includes('/')) return ipaddr.parseCIDR(entry)
    const address = ipaddr.process(entry)
    return [address, address.kind() === 'ipv6' ? 128 : 32]
  })
  parsed.set(entries, ranges)
  return ranges
}

const grouped = (address: Address): string => {
  if (!('parts' in address)) return address.toString()
  return `${address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`
}
