import { multiaddr } from '@multiformats/multiaddr'
import { parseContact, withoutPeer } from '@pex/record'
import { describe, expect, it } from 'vitest'
import { textOf } from '../src/address.ts'

const id = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

describe('a contact from text', () => {
  it.each([
    [`/ip4/192.0.2.1/tcp/1/p2p/${id}`, { id, addresses: ['/ip4/192.0.2.1/tcp/1'] }],
    ['/ip4/192.0.2.1/tcp/1', { id: undefined, addresses: ['/ip4/192.0.2.1/tcp/1'] }],
    [`/p2p/${id}`, { id, addresses: [] }],
    [
      `/ip4/192.0.2.1/tcp/1/p2p/${id}/p2p-circuit`,
      { id: undefined, addresses: [`/ip4/192.0.2.1/tcp/1/p2p/${id}/p2p-circuit`] }
    ]
  ])('%s has its id and its address', (text, contact) => {
    expect(parseContact(text)).toEqual(contact)
  })

  it.each([
    '',
    '/',
    'example.com:4001',
    '192.0.2.1',
    '/ip4/300.0.0.1/tcp/1',
    '/ip4/192.0.2.1/tcp/1/p2p/nobody'
  ])('"%s" is none, and the message says how to write one', text => {
    expect(() => parseContact(text)).toThrow(
      expect.objectContaining({
        code: 'PEX_INVALID_PARAMETER',
        message: expect.stringContaining('/ip4/192.0.2.1/tcp/4001/p2p/12D3KooW')
      })
    )
  })

  it('an address loses the id at its end, and only there', () => {
    const bare = (text: string): string => withoutPeer(multiaddr(text)).toString()
    expect(bare(`/ip4/192.0.2.1/tcp/1/p2p/${id}`)).toBe('/ip4/192.0.2.1/tcp/1')
    expect(bare(`/ip4/192.0.2.1/tcp/1/p2p/${id}/p2p-circuit`)).toBe(
      `/ip4/192.0.2.1/tcp/1/p2p/${id}/p2p-circuit`
    )
  })
})

describe('the text of an address', () => {
  const dns4 = (name: string): string | undefined => {
    const bytes = new TextEncoder().encode(name)
    return textOf(multiaddr(Uint8Array.of(54, bytes.length, ...bytes)))
  }

  it('is there for what a record may hold', () => {
    expect(dns4('example.com')).toBe('/dns4/example.com')
    expect(dns4('bücher.example')).toBe('/dns4/bücher.example')
  })

  it.each(['a/tcp/1', 'a\u001b[31m', 'a\nb', 'a b', 'a\u202eb', 'a\u0000', '\u200b'])(
    'is not there for a name like %j: it would read as something else',
    name => {
      expect(dns4(name)).toBeUndefined()
    }
  )

  it('is not there for no address at all, bytes that are no text, or one that is too long', () => {
    expect(textOf(multiaddr())).toBeUndefined()
    expect(textOf(multiaddr(Uint8Array.of(54, 2, 0xff, 0xfe)))).toBeUndefined()
    expect(textOf(multiaddr(`/unix/${'a'.repeat(506)}`))).toBeDefined()
    expect(textOf(multiaddr(`/unix/${'a'.repeat(507)}`))).toBeUndefined()
    expect(textOf(multiaddr(`/unix/${'ü'.repeat(300)}`)), 'counted in bytes').toBeUndefined()
  })
})
