/** One entry of CometBFT's `addrbook.json`, looked at: what Go writes there is in p2p/pex/known_address.go. */
import { addrbookJson, parseIp } from '@pex/address-book'
import type { KnownAddress } from '@pex/address-book'
import { shown } from './finding.ts'
import type { Note } from './finding.ts'
import { isObject } from './values.ts'
import type { Address } from './types.ts'

const anyKey = '0'.repeat(24)

/** The entry as the book's own reader takes it, or nothing; tells of everything that is wrong with it. */
export function addrbookEntry(value: unknown, note: Note): KnownAddress<Address> | undefined {
  if (!isObject(value) || !isObject(value['addr'])) {
    note('bad-entry', 'no address in it')
    return undefined
  }
  const isSound = noteAddress(value['addr'], note)
  const [known] = addrbookJson.read(JSON.stringify({ key: anyKey, addrs: [value] }))!.snapshot.addresses
  if (known === undefined) {
    if (isSound) note('bad-entry', `${shown(value['addr'])} is no address`)
    return undefined
  }
  if (!isAddress(value['src'])) note('bad-source', 'the address of its source is none: it counts as its own')
  if (!Number.isSafeInteger(value['attempts']) || (value['attempts'] as number) < 0)
    note('bad-count', `attempts is ${shown(value['attempts'])}: it counts as ${known.attempts}`)
  for (const name of ['last_attempt', 'last_success']) {
    if (!isTime(value[name])) note('bad-time', `${name} is ${shown(value[name])}: it counts as never`)
  }
  const type = value['bucket_type']
  if (type !== 1 && type !== 2) note('bad-bucket', `bucket_type is ${shown(type)}: it counts as new`)
  return known
}

/** Whether nothing was wrong. */
function noteAddress({ id, ip, port }: Readonly<Record<string, unknown>>, note: Note): boolean {
  const before = { isSound: true }
  const wrong: Note = (problem, message) => {
    before.isSound = false
    note(problem, message)
  }
  if (typeof id !== 'string' || !/^[0-9a-fA-F]{40}$/.test(id))
    wrong('bad-id', `the id ${shown(id)} is not 40 hexadecimal digits`)
  if (typeof ip !== 'string' || parseIp(ip) === undefined)
    wrong('bad-ip', `${shown(ip)} is no literal IP address`)
  else if (!isAddress({ id: '0'.repeat(40), ip, port: 1 })) wrong('bad-ip', `${ip} is nobody's address`)
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535)
    wrong('bad-port', `the port ${shown(port)} is not one from 0 to 65535`)
  return before.isSound
}

/** Whether the book's reader takes it for an address. */
function isAddress(addr: unknown): boolean {
  const { addresses } = addrbookJson.read(JSON.stringify({ key: anyKey, addrs: [{ addr }] }))!.snapshot
  return addresses.length > 0
}

/** Whether the book's reader takes it for a time; Go's zero time is one too, and means never. */
function isTime(value: unknown): boolean {
  if (value === '0001-01-01T00:00:00Z') return true
  const addr = { id: '0'.repeat(40), ip: '1.1.1.1', port: 1 }
  const text = JSON.stringify({ key: anyKey, addrs: [{ addr, last_attempt: value }] })
  return addrbookJson.read(text)!.snapshot.addresses[0]!.lastAttempt > 0
}
