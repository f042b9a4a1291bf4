import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A chatter in a process of its own. */
class Chatter {
  readonly lines: string[] = []
  readonly #child: ChildProcess
  readonly #waiting = new Set<() => void>()

  constructor(...options: string[]) {
    const args = ['--conditions=@pex/source', main, '--discover', 'none', ...options]
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#child.stdout! }).on('line', line => {
      this.lines.push(line)
      for (const look of this.#waiting) look()
    })
  }

  /** The first line that matches, now or later. */
  saw(pattern: RegExp): Promise<string> {
    return new Promise(resolve => {
      const look = (): void => {
        const line = this.lines.find(each => pattern.test(each))
        if (line === undefined) return
        this.#waiting.delete(look)
        resolve(line)
      }
      this.#waiting.add(look)
      look()
    })
  }

  say(line: string): void {
    this.#child.stdin!.write(`${line}\n`)
  }

  async address(kind: string): Promise<string> {
    return (await this.saw(new RegExp(`^\\* listening at .*/${kind}/`))).replace('* listening at ', '')
  }

  /** Ends its input, as Ctrl-D does; resolves to its exit status. */
  async leave(): Promise<number | null> {
    const ended = new Promise<number | null>(resolve => this.#child.once('close', resolve))
    if (this.#child.exitCode !== null) return this.#child.exitCode
    this.#child.stdin!.end()
    return ended
  }
}

const chatters: Chatter[] = []
const join = (...options: string[]): Chatter => {
  const chatter = new Chatter(...options)
  chatters.push(chatter)
  return chatter
}

afterEach(async () => {
  for (const status of await Promise.all(chatters.splice(0).map(chatter => chatter.leave())))
    expect(status).toBe(0)
})

describe('the chat', () => {
  it('carries lines between UDP and libp2p through whoever speaks both', { timeout: 60_000 }, async () => {
    const bridge = join('--name', 'bridge')
    const udp = join('--name', 'udp', '--over', 'udp', '--bootstrap', await bridge.address('udp'))
    const stream = join('--name', 'stream', '--over', 'libp2p', '--bootstrap', await bridge.address('tcp'))
    // A stranger to both, known by nobody but the bridge.
    await Promise.all([udp.saw(/is here/), stream.saw(/is here/)])
    udp.say('hello')
    await Promise.all([bridge.saw(/^udp: hello$/), stream.saw(/^udp: hello$/)])
    stream.say('good day')
    await Promise.all([bridge.saw(/^stream: good day$/), udp.saw(/^stream: good day$/)])
    expect(bridge.lines.filter(line => line === 'stream: good day')).toHaveLength(1)
  })

  it('shows what others write as text, whatever it is', { timeout: 60_000 }, async () => {
    const one = join('--name', 'one', '--over', 'udp')
    const two = join('--name', 'two', '--over', 'udp', '--bootstrap', await one.address('udp'))
    await Promise.all([one.saw(/is here/), two.saw(/is here/)])
    two.say('red \u001b[31malert\u0007')
    expect(await one.saw(/^two:/)).toBe('two: red alert')
  })
})
