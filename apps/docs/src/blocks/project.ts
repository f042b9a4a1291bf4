/**
 * An empty project of a user, in which programs run: every package of the workspace is installed, from its sources, and so is what
 * they and the site's examples need; `pex` is on the path. Nothing is fetched.
 */
import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { Program } from './programs.ts'
import { root } from '../site/pages.ts'

export interface Outcome {
  readonly status: unknown
  readonly output: string
}

export interface Project {
  /** Runs a program in a folder of its own, beside the files that its page has saved before. */
  run(program: Program, saved: readonly Program[]): Promise<Outcome>
  /** Whether a name can be installed, as far as the workspace knows: one of its packages, or one that somebody here depends on. */
  knows(name: string): boolean
  /** What `pex <command …> --help` says. */
  help(command: readonly string[]): Promise<string>
  /** A folder of its own with these files; gives its path. */
  folder(files: Readonly<Record<string, string>>): string
  remove(): void
}

type Manifest = {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

const LONGEST_MS = 60_000
const main = join(root, 'apps', 'node', 'src', 'main.ts')
const condition = '--conditions=@pex/source'

/** `npm start` is `pex`, as in the root of the workspace. */
const manifest = '{"private":true,"type":"module","scripts":{"start":"pex"}}'

const vitestConfig = `const conditions = ['@pex/source', 'module', 'node']
export default {
  resolve: { conditions }, ssr: { resolve: { conditions } },
  test: { include: ['*.test.ts'], pool: 'forks', maxWorkers: 1, execArgv: ['${condition}'], testTimeout: 20_000 }
}
`

export function project(): Project {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'pex-docs-')))
  const modules = join(place, 'node_modules')
  installAll(modules)
  const bin = join(place, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'pex'), `#!/bin/sh\nexec "${process.execPath}" ${condition} "${main}" "$@"\n`)
  chmodSync(join(bin, 'pex'), 0o755)
  const env = {
    ...process.env,
    PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: place,
    XDG_DATA_HOME: join(place, 'data'),
    PEX_FIXTURES: join(root, 'packages', 'address-book', 'test', 'vectors'),
    NODE_OPTIONS: '',
    NO_COLOR: '1'
  }
  let folders = 0
  const newFolder = (files: Readonly<Record<string, string>>): string => {
    const folder = join(place, `project-${++folders}`)
    mkdirSync(folder)
    symlinkSync(modules, join(folder, 'node_modules'))
    writeFileSync(join(folder, 'package.json'), manifest)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return folder
  }
  return {
    async run(program, saved) {
      const files = saved.flatMap(({ file, code }) => (file === undefined ? [] : [[file, code] as const]))
      const folder = newFolder(Object.fromEntries(files))
      const { command, args } = start(program, folder)
      return execute(command, args, folder, env)
    },
    folder: newFolder,
    knows: name => existsSync(join(modules, name)),
    help: async command => (await execute(join(bin, 'pex'), [...command, '--help'], place, env)).output,
    remove: () => rmSync(place, { recursive: true, force: true })
  }
}

function start({ kind, code, file }: Program, folder: string): { command: string; args: string[] } {
  if (kind === 'sh') return { command: 'sh', args: ['-ec', code] }
  const name = file ?? { js: 'program.mjs', ts: 'program.ts', test: 'program.test.ts' }[kind]
  writeFileSync(join(folder, name), code)
  if (kind !== 'test') return { command: process.execPath, args: [condition, name] }
  writeFileSync(join(folder, 'vitest.config.mjs'), vitestConfig)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  return { command: process.execPath, args: [vitest, 'run', '--config', 'vitest.config.mjs'] }
}

function execute(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise(resolve => {
    const options = { cwd, env, timeout: LONGEST_MS, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const
    const child = execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : (error.code ?? error.signal), output: stdout + stderr })
    )
    child.stdin?.end()
  })
}

/** Links every package of the workspace, and every package that one of them depends on, from where that one has it. */
function installAll(modules: string): void {
  const manifests = globSync('{.,packages/*,apps/*,examples/*}/package.json', { cwd: root })
  for (const file of manifests) {
    const dir = join(root, dirname(file))
    const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest
    if (dir !== root && file !== 'package.json') link(dir, modules, manifest.name)
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      const target = join(dir, 'node_modules', name)
      if (!name.startsWith('@pex/') && existsSync(target)) link(realpathSync(target), modules, name)
    }
  }
}

function link(target: string, modules: string, name: string): void {
  const at = join(modules, name)
  if (existsSync(at)) return
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(target, at)
}
