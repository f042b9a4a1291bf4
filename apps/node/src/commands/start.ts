/** `pex start`: one host in the foreground. */
import { checkBootstrap, checkListen, checkReach } from '../addresses.ts'
import { resolveSettings } from '../config.ts'
import { checkDiscover } from '../discover.ts'
import type { HostEvent } from '../events.ts'
import { untilStopped } from '../lifetime.ts'
import { printEvent, printLine } from '../output.ts'
import type { Untimed } from '../output.ts'
import type { Flags } from '../sources.ts'
import { tell } from '../story.ts'

export interface StartOptions extends Flags {
  readonly json?: boolean
  readonly stopWithStdin?: boolean
}

export async function start(options: StartOptions): Promise<number> {
  const { settings, origins } = resolveSettings(options, process.env)
  checkListen(settings.listen, origins.get('listen') ?? '--listen')
  const origin = origins.get('bootstrap') ?? '--bootstrap'
  checkBootstrap(settings.bootstrap, origin)
  checkReach(settings.listen, settings.bootstrap, origin)
  checkDiscover(settings.discover, origins.get('discover') ?? '--discover')
  const alone = settings.bootstrap.length === 0 && settings.discover.length === 0
  const print = options.json === true ? printEvent : storyteller(alone)
  const stopped = untilStopped({ withStdin: options.stopWithStdin === true })
  const { startHost } = await import('../host.ts')
  const host = await startHost(settings, print)
  const reason = await stopped
  print({ event: 'stopping', reason })
  await host.stop()
  print({ event: 'stopped' })
  return 0
}

/** Tells people what happens; `alone`: the host was told of nobody, which is right for the first one of a network alone. */
function storyteller(alone: boolean): (event: Untimed<HostEvent>) => void {
  const say = (line: string): void => printLine(`${new Date().toTimeString().slice(0, 8)} ${line}`)
  let address: string | undefined
  return event => {
    for (const line of tell(event)) say(line)
    if (!alone) return
    if (event.event === 'listening') {
      address = event.addrs[0]
      // Whom its store remembers it tells of in the same turn.
      queueMicrotask(() => {
        if (address !== undefined) say(`it knows nobody yet; others join with --bootstrap ${address}`)
      })
    }
    if (event.event === 'view') address = undefined
  }
}
