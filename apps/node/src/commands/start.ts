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
  const print = options.json === true ? printEvent : printStory
  const stopped = untilStopped({ withStdin: options.stopWithStdin === true })
  const { startHost } = await import('../host.ts')
  const host = await startHost(settings, print)
  const reason = await stopped
  print({ event: 'stopping', reason })
  await host.stop()
  print({ event: 'stopped' })
  return 0
}

function printStory(event: Untimed<HostEvent>): void {
  const time = new Date().toTimeString().slice(0, 8)
  for (const line of tell(event)) printLine(`${time} ${line}`)
}
