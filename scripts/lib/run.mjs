// Runs a tool of the workspace as a child process and hands back what it said.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the workspace. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')

/** Where scripts keep what can be thrown away. */
export const cache = join(root, 'node_modules', '.cache', 'pex')

const env = {
  ...process.env,
  PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false'
}

/**
 * Runs a command with the workspace's own tools first on the PATH. Never throws: a command that cannot be started has
 * status 1 and says so in its output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, stdio?: 'pipe' | 'inherit', input?: string, env?: Record<string, string>, timeoutMs?: number }} [options]
 * @returns {Promise<{ status: number, output: string, stdout: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise(resolve => {
    const windows = process.platform === 'win32'
    const child = spawn(command, windows ? args.map(arg => JSON.stringify(arg)) : args, {
      cwd: options.cwd ?? root,
      env: { ...env, ...options.env },
      stdio: [
        options.input === undefined ? 'ignore' : 'pipe',
        options.stdio ?? 'pipe',
        options.stdio ?? 'pipe'
      ],
      shell: windows && !command.endsWith('.exe'),
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL'
    })
    let output = ''
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', text => {
      stdout += text
      output += text
    })
    child.stderr?.setEncoding('utf8').on('data', text => {
      output += text
    })
    child.stdin?.on('error', () => {}).end(options.input)
    child.on('error', error => resolve({ status: 1, output: `${command}: ${error.message}`, stdout }))
    child.on('close', (code, signal) =>
      resolve({
        status: code ?? 1,
        output: signal ? `${output}\n${command}: ended by ${signal}` : output,
        stdout
      })
    )
  })
}

/**
 * Does a job for each item, at most `width` at a time; results come in the order of the items.
 *
 * @template T, R
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<R>} job
 * @param {number} [width]
 * @returns {Promise<R[]>}
 */
export async function each(items, job, width = 2) {
  const results = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const i = next++
      results[i] = await job(items[i])
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
  return results
}
