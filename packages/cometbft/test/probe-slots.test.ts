/** Places for so many at once: nobody who has left in the row takes one along. */
import { expect, it } from 'vitest'
import { Slots } from '../src/probe/slots.ts'

const never = new AbortController().signal

it('gives a place to whoever waits longest, and not to who has given up', async () => {
  const slots = new Slots({ perHost: 1, perNetwork: 9 })
  const place = { ip: '192.0.2.1', port: 1 }
  const leave = await slots.enter(place, never)
  const controller = new AbortController()
  const gone = slots.enter(place, controller.signal)
  const order: string[] = []
  const next = slots.enter(place, never).then(end => (order.push('next'), end))
  const last = slots.enter(place, never).then(end => (order.push('last'), end))
  controller.abort()
  await expect(gone).rejects.toMatchObject({ code: 'PEX_ABORTED' })
  leave()
  ;(await next)()
  ;(await last)()
  expect(order).toEqual(['next', 'last'])
  ;(await slots.enter(place, never))()
})

it('gives the host back to who could not get the network', async () => {
  const slots = new Slots({ perHost: 1, perNetwork: 1 })
  const leave = await slots.enter({ ip: '192.0.2.1', port: 1 }, never)
  const controller = new AbortController()
  const gone = slots.enter({ ip: '192.0.2.2', port: 1 }, controller.signal)
  await Promise.resolve()
  controller.abort()
  await expect(gone).rejects.toMatchObject({ code: 'PEX_ABORTED' })
  leave()
  ;(await slots.enter({ ip: '192.0.2.2', port: 1 }, never))()
})

it('counts the hosts of one /24, or /48, as one network', async () => {
  for (const [one, same, other] of [
    ['192.0.2.1', '192.0.2.200', '192.0.3.1'],
    ['2001:db8:1::1', '2001:db8:1:2::1', '2001:db8:2::1']
  ] as const) {
    const slots = new Slots({ perHost: 9, perNetwork: 1 })
    await slots.enter({ ip: one, port: 1 }, never)
    await slots.enter({ ip: other, port: 1 }, never)
    const controller = new AbortController()
    const waiting = slots.enter({ ip: same, port: 1 }, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'PEX_ABORTED' })
  }
})
