/**
 * Cap'n Proto for bytes that somebody else wrote: packed and flat stream framing, segments and far pointers, structs and
 * lists, each read within limits that are checked before memory is asked for; and a writer that gives one form.
 *
 * @packageDocumentation
 */
export { capnpDefaults, readMessage, readOnly } from './message.ts'
export type { CapnpLimits, CapnpMessage } from './message.ts'
export { pack, unpack } from './packing.ts'
export { ListReader, StructReader } from './reader.ts'
export { CapnpRejection, isCapnpRejection } from './rejection.ts'
export type { CapnpReason } from './rejection.ts'
export { writeMessage } from './writer.ts'
export type { Pointee, StructValue } from './writer.ts'
