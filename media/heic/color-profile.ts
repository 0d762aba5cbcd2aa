import { crc32, deflateSync } from 'node:zlib'

/** A PNG's signature and its first chunk, which is always as long. */
const headBytes = 33

/** Puts the color profile of a HEIC into a PNG of its pixels, so that its colors stay as they are. */
export const withColorProfile = (png: Buffer, heic: Buffer): Buffer => {
  const profile = profileIn(heic)
  if (!profile) return png
  const chunk = Buffer.concat([Buffer.from('iCCPicc\0\0', 'latin1'), deflateSync(profile)])
  const [size, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  size.writeUInt32BE(chunk.length - 4)
  check.writeUInt32BE(crc32(chunk))
  return Buffer.concat([png.subarray(0, headBytes), size, chunk, check, png.subarray(headBytes)])
}

/** The ICC profile of the first `colr` box that has one. */
const profileIn = (heic: Buffer): Buffer | null => {
  const at = heic.indexOf('colrprof')
  if (at < 4) return null
  const end = at - 4 + heic.readUInt32BE(at - 4)
  return end > at + 8 && end <= heic.length ? heic.subarray(at + 8, end) : null
}
