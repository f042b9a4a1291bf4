/**
 * Hosts in network namespaces of their own, joined by a pair of virtual cables on which the kernel itself loses, delays,
 * doubles and reorders datagrams. It takes root, `ip`, and for the bad weather the kernel's netem.
 */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const [left, right] = [`pexl${process.pid}`, `pexr${process.pid}`]

function run(command: string): void {
  const [name, ...args] = command.split(' ')
  execFileSync(name!, args, { stdio: 'pipe' })
}

/** Whether a command works, and if not what it says. */
function why(...commands: string[]): string | undefined {
  try {
    for (const command of commands) run(command)
    return undefined
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer }
    return (stderr?.toString().trim() || String(error)).split('\n')[0]
  }
}

const noNamespaces = why(
  `ip netns add ${left}`,
  `ip netns add ${right}`,
  `ip link add ${left} type veth peer name ${right}`,
  `ip link set ${left} netns ${left}`,
  `ip link set ${right} netns ${right}`,
  `ip -n ${left} addr add 198.18.77.1/24 dev ${left}`,
  `ip -n ${right} addr add 198.18.77.2/24 dev ${right}`,
  `ip -n ${left} link set ${left} up`,
  `ip -n ${right} link set ${right} up`
)
const NETEM = 'root netem loss 20% delay 20ms 10ms duplicate 10% reorder 20% 50%'
const noNetem =
  noNamespaces ??
  why(`tc -n ${left} qdisc add dev ${left} ${NETEM}`, `tc -n ${right} qdisc add dev ${right} ${NETEM}`)

afterAll(() => {
  for (const name of [left, right]) why(`ip netns del ${name}`)
})

/** Starts a host in a namespace; it says where it can be reached, then what came of each question. */
function host(namespace: string, args: string[]): { child: ChildProcess; line: () => Promise<string> } {
  const script = join(import.meta.dirname, 'namespace-host.ts')
  const child = spawn('ip', [
    'netns',
    'exec',
    namespace,
    process.execPath,
    '--conditions=@pex/source',
    script,
    ...args
  ])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { child, line: async () => (await lines.next()).value as string }
}

async function converse(questions: number): Promise<{ succeeded: number }> {
  const responder = host(right, ['198.18.77.2', '0'])
  try {
    const address = await responder.line()
    const asker = host(left, ['198.18.77.1', String(questions), address])
    await asker.line()
    const result = JSON.parse(await asker.line()) as { succeeded: number }
    asker.child.kill()
    return result
  } finally {
    responder.child.kill()
  }
}

describe('hosts in network namespaces of their own', () => {
  it.skipIf(noNamespaces !== undefined)(
    `exchange 100 times 4 KB${noNamespaces === undefined ? '' : ` (skipped, no namespaces here: ${noNamespaces})`}`,
    { timeout: 60_000 },
    async () => expect((await converse(100)).succeeded).toBeGreaterThanOrEqual(99)
  )

  it.skipIf(noNetem !== undefined)(
    `do so under the kernel's loss, delay, duplication and reordering${noNetem === undefined ? '' : ` (skipped, no netem here: ${noNetem})`}`,
    { timeout: 120_000 },
    async () => {
      const shown = execFileSync('tc', ['-n', left, 'qdisc', 'show', 'dev', left]).toString()
      expect(shown).toContain('netem')
      expect((await converse(100)).succeeded).toBeGreaterThanOrEqual(99)
    }
  )
})
