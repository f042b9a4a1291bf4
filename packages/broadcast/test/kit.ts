/** What the tests of the machine need: one machine with neighbours, messages, and what it says. */
import type { Frame, Input, Message, Output } from '@pex/broadcast'
import { BroadcastMachine } from '@pex/broadcast'
import type { MachineOptions } from '@pex/broadcast'
import { seeded } from '@pex/testkit'
import { idOf } from '../src/identity.ts'

export const T0 = 1_000_000

export function message(payload: number | Uint8Array = 1, rest: Partial<Message> = {}): Message {
  const bytes = typeof payload === 'number' ? Uint8Array.of(payload >>> 8, payload & 0xff) : payload
  return { protocol: 'chat', publishedAt: T0, nonce: '0123456789abcdef', payload: bytes, ...rest }
}

export function data(message: Message, hop: number = 1): Frame {
  return { kind: 'data', id: idOf(message), hop, message }
}

export function announce(...messages: (Message | string)[]): Frame {
  const announced = messages.map(each => ({ id: typeof each === 'string' ? each : idOf(each), hop: 1 }))
  return { kind: 'announce', announced }
}

export interface Node {
  readonly machine: BroadcastMachine
  now: number
  /** What came out of the last input. */
  outputs: readonly Output[]
  handle(input: Input): readonly Output[]
  /** Frames come; what is to be validated is judged at once. */
  receive(from: string, ...frames: Frame[]): readonly Output[]
  /** Lets time pass, waking the machine when it wants to be. */
  pass(ms: number): readonly Output[]
  /** Frames to one neighbour among the last outputs. */
  to(id: string): Frame[]
  /** What the application says of a message. */
  verdict: 'valid' | 'invalid' | 'ignore' | 'nothing'
}

/** A machine with neighbours a, b, c, d and a protocol. */
export function node(
  options: Partial<MachineOptions> = {},
  neighbours: readonly string[] = ['a', 'b', 'c', 'd']
): Node {
  const machine = new BroadcastMachine({ rng: seeded(1), ...options })
  machine.register('chat', 'mid')
  let wakeAt = Infinity
  const take = (outputs: readonly Output[]): readonly Output[] => {
    const all = [...outputs]
    for (const output of outputs) {
      if (output.type === 'wake') wakeAt = Math.min(wakeAt, output.at)
      if (output.type === 'validate' && self.verdict !== 'nothing')
        all.push(...take(machine.handle(self.now, { type: 'judged', id: output.id, verdict: self.verdict })))
    }
    return all
  }
  const self: Node = {
    machine,
    now: T0,
    outputs: [],
    verdict: 'valid',
    handle: input => (self.outputs = take(machine.handle(self.now, input))),
    receive: (from, ...frames) => self.handle({ type: 'received', from, frames }),
    pass(ms) {
      const end = self.now + ms
      const all: Output[] = []
      while (wakeAt <= end) {
        self.now = Math.max(self.now, wakeAt)
        wakeAt = Infinity
        all.push(...take(machine.handle(self.now, { type: 'wake' })))
      }
      self.now = end
      return (self.outputs = all)
    },
    to: id =>
      self.outputs.flatMap(output => (output.type === 'send' && output.to === id ? [output.frame] : []))
  }
  self.handle({ type: 'neighbours', ids: neighbours })
  return self
}

export function kinds(frames: readonly Frame[]): string[] {
  return frames.map(({ kind }) => kind)
}

/** To whom something of a kind is said. */
export function toldOf(outputs: readonly Output[], kind: Frame['kind']): string[] {
  return outputs.flatMap(output => (output.type === 'send' && output.frame.kind === kind ? [output.to] : []))
}
