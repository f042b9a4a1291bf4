/** Faults for the doctor to find: each plants one, and says what to type and what must be said of it. */
import { createSocket } from 'node:dgram'
import { chmodSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { levelStore } from '@pex/store-level'
import { readIdentity } from '../src/identity.ts'
import { temporaryDirectory } from './processes.ts'

export const stranger = '12D3KooWJD5igwys721UnTv195TScGxjF5NuiT27F2pZoWgkTCV7'

/** One planted fault: what to type, and what must be said of it. */
export interface Plant {
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly area: string
  readonly found: RegExp
  readonly mend: RegExp
  readonly end?: () => void | Promise<void>
}

/** `stoppedHost` makes the directory of a host that has been started once. */
type Planter = (stoppedHost: () => string) => Promise<Plant>

export const plants: readonly (readonly [name: string, plant: Planter])[] = [
  [
    'a config file with a key that is none',
    async () => {
      const file = join(temporaryDirectory(), 'pex.json')
      writeFileSync(file, '{ "tcik": "1m" }')
      const args = ['--data', join(temporaryDirectory(), 'd'), '--config', file]
      return { args, area: 'settings', found: /"tcik" in .* is no setting/, mend: /tick/ }
    }
  ],
  [
    'a wrong value in the environment',
    async () => ({
      args: ['--data', join(temporaryDirectory(), 'd')],
      env: { PEX_TICK: '0' },
      area: 'settings',
      found: /PEX_TICK "0" is not a duration/,
      mend: /1s/
    })
  ],
  [
    'a data directory that others can write',
    async () => {
      const data = temporaryDirectory()
      chmodSync(data, 0o777)
      return { args: ['--data', data], area: 'data', found: /written by others/, mend: /chmod 700/ }
    }
  ],
  [
    'a data directory that cannot be made',
    async () => {
      const file = join(temporaryDirectory(), 'file')
      writeFileSync(file, '')
      const args = ['--data', join(file, 'deeper')]
      return { args, area: 'data', found: /cannot be made/, mend: /--data/ }
    }
  ],
  [
    'a key that others can read',
    async stoppedHost => {
      const data = stoppedHost()
      chmodSync(join(data, 'identity.key'), 0o644)
      return { args: ['--data', data], area: 'key', found: /read or changed by others/, mend: /chmod 600/ }
    }
  ],
  [
    'a key that is damaged',
    async () => {
      const data = temporaryDirectory()
      writeFileSync(join(data, 'identity.key'), 'x', { mode: 0o600 })
      return { args: ['--data', data], area: 'key', found: /is damaged/, mend: /backup/ }
    }
  ],
  [
    'a key that is gone',
    async stoppedHost => {
      const data = stoppedHost()
      rmSync(join(data, 'identity.key'))
      return { args: ['--data', data], area: 'key', found: /key is gone.*another id/, mend: /backup/ }
    }
  ],
  [
    'a secret that others can read',
    async () => {
      const file = join(temporaryDirectory(), 'secret')
      writeFileSync(file, 'a'.repeat(64), { mode: 0o644 })
      chmodSync(file, 0o644)
      const args = ['--data', join(temporaryDirectory(), 'd'), '--secret', file]
      return { args, area: 'key', found: /secret can be read or changed by others/, mend: /chmod 600/ }
    }
  ],
  [
    'a dashboard that everybody could read',
    async () => {
      const args = ['--data', join(temporaryDirectory(), 'd'), '--dashboard', '0.0.0.0:0']
      return { args, area: 'key', found: /could read the dashboard/, mend: /--dashboard-token/ }
    }
  ],
  [
    'a store without its manifest',
    async stoppedHost => {
      const data = stoppedHost()
      const store = join(data, 'store')
      for (const name of readdirSync(store)) if (name.startsWith('MANIFEST')) rmSync(join(store, name))
      return { args: ['--data', data], area: 'store', found: /is damaged/, mend: /cp -r .*store/ }
    }
  ],
  [
    'a store with a flipped bit',
    async stoppedHost => {
      const data = stoppedHost()
      const path = join(data, 'store')
      rmSync(path, { recursive: true })
      const store = levelStore(path)
      await store.open()
      // Not to be compressed, so that each bit on the disk is one of a value.
      const value = Uint8Array.from({ length: 500 }, (_, i) => (i * 7919 + (i >> 3) * 104_729) % 251)
      for (const key of ['a', 'b', 'c'])
        await store.save('pex', { put: new Map([[key, value]]), remove: new Set() })
      await store.close()
      // Opening again writes the log into a table.
      await store.open()
      await store.close()
      const table = join(
        path,
        readdirSync(path).find(name => name.endsWith('.ldb'))!
      )
      const bytes = readFileSync(table)
      bytes[400]! ^= 1
      writeFileSync(table, bytes)
      return {
        args: ['--data', data],
        area: 'store',
        found: /entries of .* damaged: \d/,
        mend: /the disk and the memory/
      }
    }
  ],
  [
    'a store that another process has open',
    async stoppedHost => {
      const data = stoppedHost()
      const store = levelStore(join(data, 'store'))
      await store.open()
      return {
        args: ['--data', data],
        area: 'store',
        found: process.platform === 'linux' ? new RegExp(`open in process ${process.pid}`) : /./,
        mend: /stop process/,
        end: () => store.close()
      }
    }
  ],
  [
    'a file from the future',
    async stoppedHost => {
      const data = stoppedHost()
      const later = Date.now() / 1_000 + 86_400
      utimesSync(join(data, 'identity.key'), later, later)
      return {
        args: ['--data', data],
        area: 'clock',
        found: /identity\.key was written 2[34] h .* after now/,
        mend: /set the clock/
      }
    }
  ],
  [
    'a TCP port that is taken',
    async () => {
      const server = createServer()
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const address = `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`
      return {
        args: ['--data', join(temporaryDirectory(), 'd'), '--listen', address],
        area: 'ports',
        found: process.platform === 'linux' ? new RegExp(`taken, by .*process ${process.pid}`) : /taken/,
        mend: /--listen with another port/,
        end: () => void server.close()
      }
    }
  ],
  [
    'a UDP port that is taken',
    async () => {
      const socket = createSocket('udp4')
      await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
      const address = `/ip4/127.0.0.1/udp/${socket.address().port}/noise`
      return {
        args: ['--data', join(temporaryDirectory(), 'd'), '--listen', address],
        area: 'ports',
        found: process.platform === 'linux' ? new RegExp(`taken, by .*process ${process.pid}`) : /taken/,
        mend: /--listen with another port/,
        end: () => void socket.close()
      }
    }
  ],
  [
    'a bootstrap host that is not there',
    async () => ({
      args: [
        '--data',
        join(temporaryDirectory(), 'd'),
        '--bootstrap',
        `/ip4/127.0.0.1/tcp/1/p2p/${stranger}`
      ],
      area: 'bootstrap',
      found: /nobody listens at .*tcp\/1 \(refused\)/,
      mend: /start that host/
    })
  ],
  [
    'a bootstrap host that is this host itself',
    async stoppedHost => {
      const data = stoppedHost()
      const { id } = readIdentity(join(data, 'identity.key'))!
      const args = ['--data', data, '--bootstrap', `/ip4/127.0.0.1/tcp/1/p2p/${id}`]
      return { args, area: 'bootstrap', found: /is this host itself/, mend: /another host/ }
    }
  ],
  [
    'a bootstrap port at which somebody else listens',
    async () => {
      const server = createServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const address = `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}/p2p/${stranger}`
      return {
        args: ['--data', join(temporaryDirectory(), 'd'), '--bootstrap', address],
        area: 'bootstrap',
        found: /is no host of this network/,
        mend: /another port/,
        end: () => void server.close()
      }
    }
  ],
  [
    'a name that stands for nobody',
    async () => ({
      args: ['--data', join(temporaryDirectory(), 'd'), '--discover', 'dns:nobody.invalid'],
      area: 'discovery',
      found: /the name nobody\.invalid (stands for no host|cannot be looked up)/,
      mend: /the right name/
    })
  ]
]
