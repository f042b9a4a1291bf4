/** `pex view`: whom a host knows. */
import type { ViewAnswer } from '../events.ts'
import { printLine, terminalWidth } from '../output.ts'
import { fitted } from '../table.ts'
import { ask } from './ask.ts'
import type { AskOptions } from './ask.ts'

export function view(options: AskOptions): Promise<number> {
  return ask<ViewAnswer>(
    options,
    settings => settings.namespace.map(namespace => ({ ask: 'view', namespace })),
    ({ namespace, peers }) => {
      printLine(`${namespace}: ${peers.length} ${peers.length === 1 ? 'peer' : 'peers'} in view`)
      if (peers.length === 0) return
      const rows = peers.map(peer => [peer.id, `${peer.age}`, `${peer.hop}`, peer.addrs.join(' ')])
      const all = [['peer', 'age', 'hop', 'addresses'], ...rows]
      for (const line of fitted(all, { width: terminalWidth() })) printLine(line)
    }
  )
}
