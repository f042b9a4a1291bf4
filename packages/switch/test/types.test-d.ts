/** What the compiler tells who writes reactors; `npm run check` compiles it, nothing runs it. */
import type { NetAddress } from '@pex/address-book'
import type { Clock, PexError, Rng } from '@pex/core'
import { nodeKey } from '@pex/mconnection'
import { refusals, Switch, SwitchError } from '@pex/switch'
import type { Carrier, Peer, Reactor, Refusal, SwitchHandle } from '@pex/switch'
import { tcp } from '@pex/switch/tcp'
import { streamNetwork } from '@pex/testkit'
import { describe, expectTypeOf, it } from 'vitest'

declare const clock: Clock
declare const rng: Rng
declare const carrier: Carrier
declare const address: NetAddress
const key = nodeKey()
const reactors: Reactor[] = []
const nodeInfo = { network: 'my-chain' }

describe('the types of a switch', () => {
  it('are the handle that reactors get', async () => {
    const node = new Switch({ key, nodeInfo, carrier, clock, rng, reactors })
    expectTypeOf(node).toExtend<SwitchHandle>()
    expectTypeOf(await node.dial(address)).toEqualTypeOf<Peer>()
    // @ts-expect-error which chain?
    void new Switch({ key, nodeInfo: { moniker: 'me' }, carrier, clock, rng, reactors })
    // @ts-expect-error an address is read first: see `parseNetAddress`
    await node.dial('id@127.0.0.1:26656')
  })

  it('let a reactor leave out all but its channels and what it does with a message', () => {
    const echo: Reactor = {
      channels: [{ id: 0x77 }],
      async receive(peer, channel, message) {
        expectTypeOf(peer).toEqualTypeOf<Peer>()
        expectTypeOf(await peer.send(channel, message)).toBeBoolean()
      },
      removePeer: (_peer, reason) => expectTypeOf(reason).toEqualTypeOf<Error | undefined>()
    }
    expectTypeOf(echo).toExtend<Reactor>()
    // @ts-expect-error what about messages?
    const deaf: Reactor = { channels: [] }
    expectTypeOf(deaf).toEqualTypeOf<Reactor>()
  })

  it('have every refusal in a closed list', () => {
    expectTypeOf<SwitchError>().toExtend<PexError>()
    expectTypeOf<SwitchError['refusal']>().toEqualTypeOf<Refusal>()
    expectTypeOf(refusals).toEqualTypeOf<readonly Refusal[]>()
    expectTypeOf<string>().not.toExtend<Refusal>()
  })

  it('run on TCP and in memory alike', () => {
    expectTypeOf(tcp()).toExtend<Carrier>()
    expectTypeOf<ReturnType<ReturnType<typeof streamNetwork>['carrier']>>().toExtend<Carrier>()
  })
})
