/** Reads the bits of an H.264 parameter set, which starts with its one-byte NAL unit header. */
export class Bits {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(unit: Uint8Array) {
    this.#bytes = withoutEmulation(unit)
  }

  /** @throws RangeError behind the end */
  read(count: number): number {
    let value = 0
    for (let bit = 0; bit < count; bit += 1) {
      const byte = this.#bytes[this.#at >> 3]
      if (byte === undefined) throw new RangeError('The parameter set is cut off.')
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1)
      this.#at += 1
    }
    return value
  }

  flag(): boolean {
    return this.read(1) === 1
  }

  /** ue(v): an unsigned Exp-Golomb number. */
  unsigned(): number {
    let zeros = 0
    while (this.read(1) === 0) {
      zeros += 1
      if (zeros > 32) throw new RangeError('No Exp-Golomb number.')
    }
    return 2 ** zeros - 1 + this.read(zeros)
  }

  /** se(v): a signed Exp-Golomb number. */
  signed(): number {
    const value = this.unsigned()
    return value % 2 === 0 ? -value / 2 : (value + 1) / 2
  }
}

/** Removes the 3 of each 0 0 3, which keeps start codes out of the data. */
function withoutEmulation(unit: Uint8Array): Uint8Array {
  return unit.filter(
    (byte, index) => !(byte === 3 && unit[index - 1] === 0 && unit[index - 2] === 0),
  )
}
