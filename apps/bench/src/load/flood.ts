/**
 * Connections by the thousand that never say anything: as many a second, from as many addresses of the loopback network, in as
 * many groups (/16) of it. Each is held until it is closed from the other side, or for longer than any handshake may take.
 */
import { connect } from 'node:net'
import type { Opened } from './program.ts'

export interface FloodJob {
  readonly port: number
  readonly perSecond: number
  readonly hosts: number
  readonly groups: number
}

export interface FloodLook {
  readonly opened: number
  readonly failed: number
  /** Closed by the target. */
  readonly closed: number
  readonly open: number
}

const STEP_MS = 10
const HOLD_MS = 30_000

export async function flood({ port, perSecond, hosts, groups }: FloodJob): Promise<Opened<'flood'>> {
  let [opened, failed, closed, open, due, next] = [0, 0, 0, 0, 0, 0]
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    due += ((now - last) * perSecond) / 1_000
    last = now
    for (; due >= 1; due--) {
      const host = next++ % hosts
      // 127.16.0.0 and on: nothing else on the machine is there.
      const localAddress = `127.${16 + (host % groups)}.${(host >> 8) & 255}.${1 + (host % 250)}`
      const socket = connect({ port, host: '127.0.0.1', localAddress })
      let [isOpen, isOurs] = [false, false]
      const hold = setTimeout(() => {
        isOurs = true
        socket.destroy()
      }, HOLD_MS)
      socket.resume()
      socket.on('connect', () => {
        isOpen = true
        opened++
        open++
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        clearTimeout(hold)
        if (!isOpen) failed++
        else open--
        if (isOpen && !isOurs) closed++
      })
    }
  }, STEP_MS)
  return { told: {}, look: () => ({ opened, failed, closed, open }) }
}
