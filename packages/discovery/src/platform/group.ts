/**
 * A multicast group on every interface of this host. One socket hears the group; each interface has a socket of its own to
 * send by, so that a host without any route to the group is found too, and two hosts on one machine find each other by way
 * of loopback when there is no network at all.
 */
import type { Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { PexError } from '@pex/core'
import type { DatagramSocket, Endpoint, OpenSocket } from '../socket.ts'
import { bound, closed, sendTo } from './udp.ts'

/** What is sent by the socket goes to the group, wherever else it was meant to go. */
export function groupSocket(group: Endpoint): OpenSocket {
  return async receive => {
    const ears = await hear(group)
    ears.on('message', receive)
    const mouths = await Promise.all(ways(group).map(way => speakBy(way, group)))
    const usable = mouths.filter(mouth => mouth !== undefined)
    if (usable.length === 0) {
      await closed(ears)
      throw new PexError('PEX_UNREACHABLE', 'no interface of this host can send to a multicast group')
    }
    for (const { name } of usable) join(ears, group, name)
    return asPort(group, ears, usable)
  }
}

interface Mouth {
  readonly socket: Socket
  /** The interface, as the system wants it named in multicast options. */
  readonly name: string
}

async function hear(group: Endpoint): Promise<Socket> {
  const type = isIPv6(group.address) ? 'udp6' : 'udp4'
  // Bound to the group itself, so that nothing sent to this host alone comes in; Windows cannot do that, and with IPv6 a
  // group of one link would have to be bound once for each.
  const any = type === 'udp6' ? '::' : '0.0.0.0'
  const address = type === 'udp6' || process.platform === 'win32' ? any : group.address
  try {
    // Others on this machine may hear the same group at the same port.
    return await bound({ type, reuseAddr: true }, { address, port: group.port })
  } catch (cause) {
    const where = `${group.address} port ${group.port}`
    throw new PexError('PEX_UNREACHABLE', `the multicast group ${where} cannot be heard`, { cause })
  }
}

/** How the system names its interfaces: by address for IPv4, by index for IPv6. */
function ways(group: Endpoint): readonly string[] {
  const family = isIPv6(group.address) ? 'IPv6' : 'IPv4'
  const names = Object.entries(networkInterfaces()).flatMap(([name, own = []]) =>
    own
      .filter(address => address.family === family)
      .map(({ address }) => (family === 'IPv4' ? address : `::%${process.platform === 'win32' ? '' : name}`))
  )
  return [...new Set(names)]
}

async function speakBy(name: string, group: Endpoint): Promise<Mouth | undefined> {
  const v6 = isIPv6(group.address)
  try {
    const socket = await bound({ type: v6 ? 'udp6' : 'udp4' }, { address: v6 ? '::' : name, port: 0 })
    try {
      socket.setMulticastInterface(name)
      socket.setMulticastTTL(1)
      socket.setMulticastLoopback(true)
      return { socket, name }
    } catch {
      await closed(socket)
      return undefined
    }
  } catch {
    // An interface that went away, or one that cannot: the others will do.
    return undefined
  }
}

function join(ears: Socket, group: Endpoint, name: string): void {
  try {
    ears.addMembership(group.address, name)
  } catch {
    // An interface can have two addresses and be one; or it cannot hear groups.
  }
}

function asPort(group: Endpoint, ears: Socket, mouths: readonly Mouth[]): DatagramSocket {
  return {
    local: group,
    send: bytes => {
      for (const { socket } of mouths) sendTo(socket, bytes, group)
    },
    close: async () => {
      await Promise.all([ears, ...mouths.map(({ socket }) => socket)].map(closed))
    }
  }
}
