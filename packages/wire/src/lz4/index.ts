/**
 * LZ4 frames for bytes that somebody else wrote: every checksum verified, what comes out measured before memory is asked
 * for, a named rejection for everything else.
 *
 * @packageDocumentation
 */
export { compress, decompress } from './frame.ts'
export { isLz4Rejection } from './rejection.ts'
export { xxh32 } from './xxhash.ts'
