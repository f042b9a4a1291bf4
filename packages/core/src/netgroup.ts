/**
 * The network group of an address: what one owner can have many addresses of for little money. An IPv4 /16 and an IPv6 /32
 * are about what one provider hands out, a name belongs to whoever has registered it. Pure text: nothing is looked up.
 */
import { placeOf } from './address-class.ts'

/**
 * The group of the first public address among some multiaddrs in text form, or nothing where there is none. An address
 * through a relay says where the relay is, and anybody may choose any relay: it is of no group.
 */
export function netgroupOf(addresses: readonly string[]): string | undefined {
  for (const address of addresses) {
    const group = groupOf(address)
    if (group !== undefined) return group
  }
  return undefined
}

function groupOf(address: string): string | undefined {
  const place = placeOf(address)
  if (place.relayed) return undefined
  if (place.class === 'name') return nameGroup(place.name!)
  if (place.class !== 'public') return undefined
  const [a = 0, b = 0, c = 0, d = 0] = place.ip!
  if (place.ip!.length === 4) return `ip4/${a}.${b}`
  return `ip6/${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/**
 * What had to be registered: the last two labels of a name, or three where the second looks like a registry's own (co.uk,
 * com.au). Without the public suffix list this is a guess that errs towards larger groups.
 */
function nameGroup(name: string): string {
  const labels = name.split('.')
  const [top, second] = [labels.at(-1)!, labels.at(-2)!]
  return `dns/${labels.slice(top.length === 2 && second.length <= 3 ? -3 : -2).join('.')}`
}
