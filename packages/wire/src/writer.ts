/** A cursor over bytes that are being written, as many as have been counted before. */
import { writeVarint } from './varint.ts'

export class Writer {
  readonly bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
    this.#view = new DataView(this.bytes.buffer)
  }

  byte(value: number): void {
    this.bytes[this.#offset++] = value
  }

  varint(value: number): void {
    this.#offset = writeVarint(value, this.bytes, this.#offset)
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#offset, value)
    this.#offset += 4
  }

  float64(value: number): void {
    this.#view.setFloat64(this.#offset, value)
    this.#offset += 8
  }

  copy(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#offset)
    this.#offset += bytes.length
  }

  /** Moves on by so many bytes; gives the place where they begin, for somebody else to write them. */
  skip(length: number): number {
    const start = this.#offset
    this.#offset += length
    return start
  }
}
