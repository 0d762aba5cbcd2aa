import { inflateRawSync } from 'node:zlib'
import type { Place } from './search.ts'

/**
 * Records every response of one origin: status line, headers and body, and the contents of
 * archives.
 */
export const listenTo = (
  origin: string,
): { hear(answer: Response): Promise<void>; places(): Place[] } => {
  const heard: Place[] = []
  return {
    places: () => heard,
    hear: async (answer) => {
      const address = new URL(answer.url)
      if (address.origin !== origin) return
      const body = Buffer.from(await answer.arrayBuffer())
      const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
      const name = `page ${address.pathname}`
      heard.push({
        name,
        bytes: Buffer.concat([Buffer.from(`${answer.status}\n${head}\n\n`), body]),
      })
      if (answer.headers.get('content-type') === 'application/zip')
        heard.push({ name: `${name}: opened`, bytes: unzip(body) })
    },
  }
}

const endOfDirectory = Buffer.from('PK\x05\x06')

/**
 * Everything in a zip archive, concatenated. Throws if it isn't one or is empty. Source: PKWARE
 * APPNOTE 4.3.
 */
const unzip = (zip: Buffer): Buffer => {
  const end = zip.lastIndexOf(endOfDirectory)
  if (end < 0) throw new Error('this is no zip archive')
  const contents: Buffer[] = []
  for (
    let at = zip.readUInt32LE(end + 16), left = zip.readUInt16LE(end + 10);
    left > 0;
    left -= 1
  ) {
    const [method, packedBytes, local] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt32LE(at + 42),
    ]
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const packed = zip.subarray(from, from + packedBytes)
    contents.push(method === 0 ? packed : inflateRawSync(packed))
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  if (contents.length === 0) throw new Error('the zip archive is empty')
  return Buffer.concat(contents)
}
