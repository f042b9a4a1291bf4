/**
 * Where an application may say no: a hook for each point of a connection's way, in the order in which they are asked. Each is
 * answered with true to go on, false to refuse; a hook that is not there allows.
 */
import type { Reached } from '@pex/core'

export type Direction = 'inbound' | 'outbound'

export interface Gater {
  /** Before anything is done for a dial; not asked where a connection is there already. */
  peerDial?(peer: string): boolean
  /** Before an address is dialled; `peer` is undefined where only the address is known. */
  addressDial?(peer: string | undefined, address: string): boolean
  /** A caller's bytes have not been read yet. */
  accept?(address: string): boolean
  /** The other end has proved its id. */
  secured?(direction: Direction, peer: string, address: string): boolean
  /** The connection is complete. */
  upgraded?(direction: Direction, reached: Reached): boolean
}
