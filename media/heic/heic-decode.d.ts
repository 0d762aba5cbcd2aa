declare module 'heic-decode' {
  type Found = {
    width: number
    height: number
    /** 4 bytes for each pixel: red, green, blue, alpha. */
    decode(): Promise<{ data: Uint8ClampedArray }>
  }
  const decode: { all(given: { buffer: Uint8Array }): Promise<Found[]> }
  export default decode
}
