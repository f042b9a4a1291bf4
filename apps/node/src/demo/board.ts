/**
 * The demo's picture: who knows whom, at a glance, in a terminal of 80 by 24. Text in, text out.
 */
import { formatDuration } from '../duration.ts'
import type { Paint } from '../paint.ts'
import type { DemoHost, Model } from './model.ts'

export interface BoardInit {
  readonly model: Model
  readonly paint: Paint
  /** What to type before a pex command: `pex` or `npm start --`. */
  readonly command: string
  readonly directory: string
  readonly tick: string
  /** Where the dashboard is, if there is one. */
  readonly dashboard?: string | undefined
}

/** What the moment is, beside what the model knows. */
export interface Moment {
  /** Since the demo began, ms. */
  readonly elapsedMs: number
  /** How long the hosts took to know each other, ms; undefined while they do not. */
  readonly convergedMs: number | undefined
  /** Hosts that were killed after all had known each other, until all do again. @default none */
  readonly lost?: readonly string[]
}

/** With more hosts than this the matrix is wider than 80 columns. */
const maxMatrix = 9
const barWidth = 8
const gridColumns = 3

/** The lines of the picture, none longer than 79 characters, at most 22. */
export function drawBoard(init: BoardInit, moment: Moment): readonly string[] {
  const { model, paint, tick } = init
  const nodes = model.hosts.length
  const title = `${paint('pex demo', 'bold')}  ${nodes} hosts, each a process of its own · libp2p, TCP, noise, yamux`
  const body = nodes <= maxMatrix ? drawMatrix(model, paint) : drawGrid(model, paint)
  const state =
    `  tick ${tick} · round ${model.rounds} · ${model.exchanges} exchanges · ` +
    `${formatDuration(moment.elapsedMs)} since the start`
  const page = init.dashboard === undefined ? [] : [`  Dashboard at ${paint(init.dashboard, 'cyan')}`]
  return [title, '', ...body, '', paint(state, 'dim'), ...page, ...drawStatus(init, moment)]
}

function drawMatrix(model: Model, paint: Paint): string[] {
  const { hosts } = model
  const others = hosts.map(({ name }) => name.padStart(4)).join('')
  const heading = paint(`  host  ${'pid'.padStart(8)}  knows  ${others}`, 'dim')
  const rows = hosts.map(host => {
    const cells = hosts.map(other => `   ${cell(model, host, other, paint)}`).join('')
    const pid = (host.state === 'down' ? 'down' : `${host.pid ?? ''}`).padStart(8)
    return `  ${paint(host.name.padEnd(4), 'cyan')}  ${pid}  ${known(model, host, paint)}  ${cells}`
  })
  const mark = (text: string, color: Parameters<Paint>[1]): string => paint(text, color)
  const legend = `  ${mark('●', 'green')} knows it   ${mark('○', 'yellow')} not yet   ${mark('·', 'dim')} itself   ${mark('×', 'red')} down`
  return [heading, ...rows, '', legend]
}

function cell(model: Model, host: DemoHost, other: DemoHost, paint: Paint): string {
  if (host.state === 'down') return paint('×', 'red')
  if (host === other) return paint('·', 'dim')
  return model.knows(host, other) ? paint('●', 'green') : paint('○', 'yellow')
}

function known(model: Model, host: DemoHost, paint: Paint): string {
  const all = model.hosts.length - 1
  const count = model.known(host)
  return paint(`${count}/${all}`.padStart(5), count === all ? 'green' : 'yellow')
}

function drawGrid(model: Model, paint: Paint): string[] {
  const { hosts } = model
  const height = Math.ceil(hosts.length / gridColumns)
  const rows = Array.from({ length: height }, (_, row) => {
    const cells = Array.from({ length: gridColumns }, (__, column) => hosts[column * height + row])
    return `  ${cells
      .filter(host => host !== undefined)
      .map(host => drawCell(model, host, paint))
      .join('   ')}`
  })
  return [
    ...rows,
    '',
    paint(`  how many of the other ${hosts.length - 1} hosts each one knows; × down`, 'dim')
  ]
}

function drawCell(model: Model, host: DemoHost, paint: Paint): string {
  const filled = Math.round((model.known(host) / (model.hosts.length - 1)) * barWidth)
  const name = paint(host.name.padEnd(3), 'cyan')
  if (host.state === 'down') return `${name} ${paint('× down'.padEnd(barWidth + 6), 'red')}`
  const bar = paint('█'.repeat(filled), 'green') + paint('░'.repeat(barWidth - filled), 'dim')
  return `${name} ${bar} ${known(model, host, paint)}`
}

function drawStatus(init: BoardInit, { convergedMs, lost = [] }: Moment): string[] {
  const { model, paint, command, directory } = init
  const down = model.hosts.filter(host => host.state === 'down').map(host => host.name)
  if (down.length > 0) {
    const [verb, whose] = down.length === 1 ? ['comes', 'its store'] : ['come', 'their stores']
    const text = `  ${listed(down)} ${verb} back soon, with no bootstrap address but ${whose}`
    return [paint(text, 'yellow')]
  }
  if (convergedMs === undefined) {
    if (lost.length === 0) return ['  Every host was told of n1 alone. They find the others by exchange …']
    const [verb, whom] = lost.length === 1 ? ['asks', 'it remembers'] : ['ask', 'they remember']
    return [`  ${listed(lost)} ${verb} whom ${whom}, without a bootstrap address …`]
  }
  const last = model.hosts.at(-1)!
  const again = lost.length === 0 ? '' : ' again'
  return [
    paint(
      `  Converged${again} in ${formatDuration(convergedMs)}: each host knows all others. Ctrl-C ends the demo.`,
      'green'
    ),
    '  Now try, in another terminal:',
    `    kill -9 ${last.pid}`,
    `    ${command} view --data ${directory}/${last.name}`
  ]
}

function listed(names: readonly string[]): string {
  return names.length > 4 ? `${names.length} hosts` : names.join(', ')
}
