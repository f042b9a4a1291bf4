/**
 * Who holds a port, on systems with /proc: the table of sockets names an inode, and the process that has it open is the holder.
 * Of other users' processes the system tells nothing, and then neither does this.
 */
import { readdir, readFile, readlink } from 'node:fs/promises'

export interface Holder {
  readonly pid: number
  /** As the system lists it, up to 15 characters. */
  readonly name: string
}

/** The state of a TCP socket that listens, in the system's table. */
const listening = '0A'

export async function holderOf(kind: 'tcp' | 'udp', port: number): Promise<Holder | undefined> {
  try {
    const inodes = new Set<string>()
    for (const file of [kind, `${kind}6`]) for (const inode of await socketsOn(file, port)) inodes.add(inode)
    return inodes.size === 0 ? undefined : await processWith(inodes)
  } catch {
    return undefined
  }
}

async function socketsOn(file: string, port: number): Promise<readonly string[]> {
  const table = await readFile(`/proc/net/${file}`, 'utf8').catch(() => '')
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return table.split('\n').flatMap(line => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const counts = local.endsWith(suffix) && (state === listening || file.startsWith('udp'))
    return counts && inode !== undefined ? [`socket:[${inode}]`] : []
  })
}

async function processWith(inodes: ReadonlySet<string>): Promise<Holder | undefined> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const file of files) {
      const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')
      if (!inodes.has(target)) continue
      const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a process')
      return { pid: Number(pid), name: name.trim() }
    }
  }
  return undefined
}
