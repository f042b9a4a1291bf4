import { gossip, limits } from '@pex/core'
import { encodeMessage } from '@pex/wire'
import { describe, expect, it } from 'vitest'

describe('the limits', () => {
  it('let half of the largest view, the own record among it, into one message', () => {
    expect(limits.maxRecords).toBe(limits.maxViewSize / 2)
    expect(limits.viewSize).toBeLessThanOrEqual(limits.maxViewSize)
    expect(limits.exchangeSize).toBeLessThanOrEqual(limits.maxRecords)
  })

  it('let the longest message that they allow through, to the byte', () => {
    const envelope = new Uint8Array(limits.maxRecordBytes)
    const record = { id: 'p', seq: 1n, addresses: [], envelope }
    const longest = Array.from({ length: limits.maxRecords }, () => ({ record, hop: limits.maxHop }))
    const averages = Array.from({ length: limits.maxAverages }, () => ({
      epoch: 1,
      instance: 0,
      value: 1
    }))
    const picks = longest.map((_, place) => place)
    const reply = { type: 'reply', descriptors: longest, picks, averages } as const
    expect(encodeMessage(reply).length).toBe(limits.maxMessageBytes)
  })

  it('let two exchanges pass within the shortest wait between two rounds', () => {
    expect(limits.exchangeMs).toBeLessThanOrEqual(limits.tickMs / 2)
    expect(gossip({ tickMs: limits.minTickMs }).exchangeMs).toBe(limits.minTickMs / 2)
  })

  it('remember more peers than a view and the recovery memory hold', () => {
    expect(limits.maxKnown).toBeGreaterThan(limits.maxViewSize + limits.recoverySize)
    expect(limits.maxVerified).toBeGreaterThanOrEqual(limits.maxNamespaces * limits.maxViewSize)
  })
})
