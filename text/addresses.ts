import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Public by its number, but inside of a cloud it answers with secrets of the machine. */
const metadata = ['168.63.129.16']
/** All addresses of IPv6 that are assigned to the internet. */
const internet = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an IP address is on the public internet. False for private, loopback, link-local, shared
 * and reserved ones, and for IPv6 that leads to one of IPv4 (mapped, 6to4, Teredo, NAT64).
 */
export const isPublicAddress = (text: string): boolean => {
  if (!isIP(text) || text.includes('%')) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast' || metadata.includes(text)) return false
  return address.kind() === 'ipv4' || address.match(internet as never)
}

/** Whether an address is in one of the ranges, such as `10.0.0.0/8` or `127.0.0.1`. */
export const isInRanges = (text: string, ranges: string[]): boolean => {
  if (!isIP(text) || text.includes('%')) return false
  const address = ipaddr.process(text)
  return ranges.some((range) => {
    const [base, bits] = range.includes('/') ? ipaddr.parseCIDR(range) : alone(range)
    return base.kind() === address.kind() && address.match(base as never, bits)
  })
}

const alone = (text: string): [Address, number] => {
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
