/** Merlin's transcript: what two sides have said to each other, and challenges that depend on all of it. */
import { Strobe } from './strobe.ts'

const utf8 = new TextEncoder()
const version = utf8.encode('Merlin v1.0')

export class Transcript {
  readonly #strobe = new Strobe(version)

  /** @param label of the protocol, so that transcripts of different ones never agree */
  constructor(label: string) {
    this.append('dom-sep', utf8.encode(label))
  }

  append(label: string, message: Uint8Array): void {
    this.#name(label, message.length)
    this.#strobe.associatedData(message)
  }

  /** So many bytes that nobody knows who has not seen the whole transcript. */
  challenge(label: string, length: number): Uint8Array {
    this.#name(label, length)
    return this.#strobe.random(length)
  }

  #name(label: string, length: number): void {
    const size = new Uint8Array(4)
    new DataView(size.buffer).setUint32(0, length, true)
    this.#strobe.metaData(utf8.encode(label), false)
    this.#strobe.metaData(size, true)
  }
}
