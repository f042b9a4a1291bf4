/** The one thing that this package asks of the world: bytes to somebody and back, over whatever carries them. */

/**
 * A stream of bytes in both directions. A chunk belongs to whom it has been given: a reader may keep what came out of
 * `source`, and a writer must not touch again what it has handed to `write`.
 */
export interface Duplex {
  /** Chunks of any size, empty ones too, as they come. Iterated once; ends when the other side has closed. */
  readonly source: AsyncIterable<Uint8Array>
  /** Resolves when there is room for more; rejects when the stream is broken. Writes keep their order. */
  write(chunk: Uint8Array): Promise<void>
  /** What has been written still goes out, then the stream ends both ways. Idempotent. */
  close(): Promise<void>
  /** Ends the stream at once: the source ends or throws, writes reject. Idempotent. */
  abort(reason?: Error): void
}

/** What of a `net.Socket`, a `tls.TLSSocket` or any other `stream.Duplex` of Node is used here. */
export interface SocketLike extends AsyncIterable<Uint8Array> {
  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean
  end(done: () => void): unknown
  destroy(error?: Error): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly destroyed: boolean
}

/** A socket of Node as a `Duplex`. */
export function duplexOf(socket: SocketLike): Duplex {
  // Whoever reads or writes is told by the call itself; without a listener Node would end the process.
  socket.on('error', () => {})
  return {
    source: socket,
    write: chunk =>
      new Promise<void>((resolve, reject) => {
        socket.write(chunk, error => (error instanceof Error ? reject(error) : resolve()))
      }),
    close: () =>
      new Promise<void>(resolve => {
        if (socket.destroyed) resolve()
        else socket.end(resolve)
      }).then(() => void socket.destroy()),
    abort: () => void socket.destroy()
  }
}
