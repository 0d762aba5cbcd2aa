import { BlockList, isIP } from 'node:net'
import type { AnyContext } from './env.ts'

/**
 * Who is calling, for throttling only; never stored with a person (promise: A3). Behind trusted proxies the right-most
 * X-Forwarded-For entry that is not one of them. IPv6 is grouped by /64, which is what one customer has.
 */
export const clientAddress = (c: AnyContext, trustedProxies: string[]): string => {
  const socket = plain(c.env?.incoming?.socket?.remoteAddress ?? 'unknown')
  const trusted = blockList(trustedProxies)
  if (!isTrusted(trusted, socket)) return grouped(socket)
  const forwarded = (c.req.header('X-Forwarded-For') ?? '').split(',').map((part) => plain(part.trim()))
  return grouped(forwarded.findLast((address) => isIP(address) && !isTrusted(trusted, address)) ?? socket)
}

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')

const blockList = (entries: string[]): BlockList => {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

const isTrusted = (list: BlockList, address: string): boolean =>
  isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const grouped = (address: string): string => (isIP(address) === 6 ? firstHextets(address) : address)

const firstHextets = (address: string): string => {
  const [head = '', tail] = address.split('::')
  const before = head ? head.split(':') : []
  const after = tail ? tail.split(':') : []
  const zeros = tail === undefined ? [] : new Array(8 - before.length - after.length).fill('0')
  return `${[...before, ...zeros, ...after]
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`
}
