/** `pex sim sweep` and `pex sim merge` as users and machines run them, on the simulator itself. */
import { readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { build } from '../src/cli/program.ts'
import { simulator } from '../src/sim/engine.ts'
import { tasksOf } from '../src/sim/sweep-grid.ts'
import { readSweep } from '../src/sim/sweep-settings.ts'
import type { SweepOptions } from '../src/sim/sweep-settings.ts'
import { mergeShape, sweepShape } from '../src/sim/sweep-shape.ts'
import { pex, Running, temporaryDirectory } from './processes.ts'

// Each test runs the command as a process: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const small = ['--nodes', '40', '--view', '8', '--rounds', '10', '--seeds', '1-3']
const grid = ['--grid', 'policy=casm,cyclon']

interface Swept {
  readonly planned: number
  readonly kept: number
  readonly run: number
  readonly failed: readonly { readonly file: string; readonly message: string }[]
}

/** What is said beside how far it is, which depends on how busy the machine is. */
function remarksIn(stderr: string): string {
  return stderr.replaceAll(/^pex: \d+ % done.*\n/gm, '')
}

async function sweep(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Swept> {
  const { code, stdout, stderr } = await pex(['sim', 'sweep', ...args, '--json'], env)
  expect({ code, stderr: remarksIn(stderr) }).toEqual({ code: 0, stderr: '' })
  v.parse(sweepShape, JSON.parse(stdout))
  return JSON.parse(stdout) as Swept
}

const resultsIn = (directory: string): string[] =>
  readdirSync(directory)
    .filter(name => /_s\d+\.json$/.test(name))
    .toSorted()

describe('pex sim sweep', () => {
  it('on two machines does what it does on one, and the merge is the same', async () => {
    const [one, ...parts] = ['one', 'a', 'b'].map(() => temporaryDirectory())
    const [whole, ...swept] = await Promise.all([
      sweep([...grid, ...small, '--out', one!]),
      sweep([...grid, ...small, '--out', parts[0]!, '--shard', '0/2']),
      sweep([...grid, ...small, '--out', parts[1]!, '--shard', '2'], { JOB_COMPLETION_INDEX: '1' })
    ])
    expect(whole).toMatchObject({ planned: 6, kept: 0, run: 6, failed: [] })
    expect(swept.map(({ run }) => run)).toEqual([3, 3])
    expect(parts.flatMap(resultsIn).toSorted()).toEqual(resultsIn(one!))
    const merges = await Promise.all([[one!], parts].map(each => pex(['sim', 'merge', ...each, '--json'])))
    expect(merges.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, '']
    ])
    expect(merges[1]!.stdout).toBe(merges[0]!.stdout)
    v.parse(mergeShape, JSON.parse(merges[0]!.stdout))
    expect(JSON.parse(merges[0]!.stdout)).toMatchObject({ results: 6, missing: 0, problems: [] })
  })

  it('runs only what is not there, or not whole', async () => {
    const out = temporaryDirectory()
    await sweep([...small, '--out', out])
    const names = resultsIn(out)
    expect(names).toEqual([1, 2, 3].map(seed => `balanced_n40_v8_r10_steady_s${seed}.json`))
    const before = names.map(name => readFileSync(join(out, name), 'utf8'))
    rmSync(join(out, names[0]!))
    writeFileSync(join(out, names[1]!), before[1]!.slice(0, 100))
    expect(await sweep([...small, '--out', out])).toMatchObject({ planned: 3, kept: 1, run: 2 })
    // The same run again, but for how long it took.
    const hashes = (texts: readonly string[]): unknown[] =>
      texts.map(text => (JSON.parse(text) as { stateHash: string }).stateHash)
    expect(hashes(names.map(name => readFileSync(join(out, name), 'utf8')))).toEqual(hashes(before))
    expect(await sweep([...small, '--out', out])).toMatchObject({ kept: 3, run: 0 })
  })

  it('stopped in the middle keeps what is done, and goes on from there', async () => {
    const out = temporaryDirectory()
    const args = ['--nodes', '300', '--rounds', '40', '--seeds', '1-6', '--workers', '1', '--out', out]
    const run = new Running(['sim', 'sweep', ...args])
    await new Promise<void>(resolve => {
      const watcher = watch(out, (_, name) => {
        if (name === null || !/_s\d+\.json$/.test(name)) return
        watcher.close()
        resolve()
      })
    })
    run.kill('SIGINT')
    expect(await run.ended).toEqual({ code: 130, signal: null })
    expect(run.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^pex: stopped \(SIGINT\) with \d+ % done; the same command goes on with what is left$/
    )
    const done = resultsIn(out).length
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(6)
    expect(await sweep(args)).toMatchObject({ planned: 6, kept: done, run: 6 - done })
  })

  it('tells people what it did, and where', async () => {
    const out = temporaryDirectory()
    const { code, stdout, stderr } = await pex(['sim', 'sweep', ...small, '--shard', '1/2', '--out', out])
    expect({ code, stderr: remarksIn(stderr) }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(
      `1 simulations of part 1 of 2: 1 run, 0 were there\nwrote ${out}; pex sim merge reads it\n`
    )
  })

  it('goes on where a simulation cannot be run, names it, and has status 1', async () => {
    const out = temporaryDirectory()
    const scenario = join(out, 'late.mjs')
    // Sound where it is checked, and not where it is run.
    writeFileSync(
      scenario,
      `import { isMainThread } from 'node:worker_threads'
       if (!isMainThread) throw new Error('not here')
       export const scenario = { name: 'late', conditions: [] }`
    )
    const args = [
      '--grid',
      `scenario=steady,${scenario}`,
      ...small,
      '--seeds',
      '1',
      '--out',
      join(out, 'results')
    ]
    const { code, stdout, stderr } = await pex(['sim', 'sweep', ...args, '--json'])
    expect(code).toBe(1)
    expect(remarksIn(stderr)).toMatch(
      /^pex: balanced_n40_v8_r10_late\.mjs~[0-9a-f]{8}_s1\.json: .*not here.*\n$/
    )
    const { run, failed } = JSON.parse(stdout) as Swept
    expect([run, failed.length]).toEqual([1, 1])
  })

  it.each<[string, string[], number, RegExp]>([
    ['a seed', ['--seed', '4'], 2, /--seed has no meaning here; try --seeds/],
    ['a grid that is none', ['--grid', 'size=1'], 2, /"size=1" is nothing to vary; try --grid/],
    ['a part beyond the last', ['--shard', '2/2'], 2, /"2" is none of 2 parts/],
    ['no workers', ['--workers', '0'], 2, /--workers "0" is out of range/],
    ['a file as a directory', ['--out', fileURLToPath(import.meta.url)], 1, /cannot be written/]
  ])('with %s is refused in one line with a next step', async (_, options, status, says) => {
    const { code, stdout, stderr } = await pex([
      'sim',
      'sweep',
      ...small,
      '--out',
      temporaryDirectory(),
      ...options
    ])
    expect({ code, stdout }).toEqual({ code: status, stdout: '' })
    expect(stderr).toMatch(/^pex: [^\n]+; try [^\n]+\n$/)
    expect(stderr).toMatch(says)
  })
})

describe('pex sim merge', () => {
  it('prints a table, writes a report, and has status 1 where something is missing', async () => {
    const out = temporaryDirectory()
    await sweep([...small, '--out', out])
    const report = join(out, 'merged', 'report.html')
    const whole = await pex(['sim', 'merge', out, '--out', report])
    expect(whole).toMatchObject({ code: 0, stderr: '' })
    expect(whole.stdout).toContain('balanced, steady, 40 nodes, views of 8, 10 rounds: 3 results of 1 cells')
    expect(whole.stdout).toContain(`wrote ${report}\n`)
    expect(readFileSync(report, 'utf8')).toMatch(/^<!doctype html>.*<svg.*<\/html>\s*$/s)
    rmSync(join(out, resultsIn(out)[1]!))
    const holed = await pex(['sim', 'merge', out, '--json'])
    expect(holed.code).toBe(1)
    expect(JSON.parse(holed.stdout)).toMatchObject({
      results: 2,
      missing: 1,
      cells: [{ seeds: [1, 3], missing: [2] }]
    })
  })

  it('of a directory that is not there is refused', async () => {
    const { code, stderr } = await pex(['sim', 'merge', join(temporaryDirectory(), 'none')])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^pex: there is no directory .*; try a directory that pex sim sweep --out has written\n$/
    )
  })
})

interface Job {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  // oxlint-disable-next-line typescript/no-explicit-any -- as deep as Kubernetes likes
  readonly spec: any
}

describe('deploy/sweep', () => {
  const folder = fileURLToPath(new URL('../../../deploy/sweep/', import.meta.url))
  const [claim, job] = parseAllDocuments(readFileSync(join(folder, 'job.yaml'), 'utf8')).map(
    each => each.toJS() as Job
  )
  const merge = parse(readFileSync(join(folder, 'merge.yaml'), 'utf8')) as Job
  const argsOf = ({ spec }: Job): string[] => spec.template.spec.containers[0].args as string[]

  /** What the command itself reads in a line. */
  async function optionsOf(args: readonly string[]): Promise<SweepOptions> {
    let found: SweepOptions | undefined
    const program = build(() => {})
    const command = program.commands
      .find(each => each.name() === 'sim')!
      .commands.find(each => each.name() === args[1])!
    command.action(() => {
      found = command.optsWithGlobals()
    })
    await program.parseAsync(args, { from: 'user' })
    return found!
  }

  it('gives every pod of the job a part, and all parts to somebody', async () => {
    const { completionMode, completions, parallelism } = job!.spec as Record<string, unknown>
    expect(completionMode).toBe('Indexed')
    expect(parallelism).toBe(completions)
    const options = await optionsOf(argsOf(job!))
    for (let index = 0; index < Number(completions); index++) {
      const { shard, plan } = await readSweep(options, simulator, { JOB_COMPLETION_INDEX: String(index) })
      expect(shard).toEqual({ index, count: completions })
      expect(tasksOf(plan).length).toBe(360)
    }
  })

  it('has results where the pods may write, and where the merge looks', async () => {
    const { out, workers } = await optionsOf(argsOf(job!))
    const options = await optionsOf(argsOf(merge))
    expect(argsOf(merge)[2]).toBe(out)
    expect(options.out.startsWith(`${out}/`)).toBe(true)
    expect(claim!.spec.accessModes).toEqual(['ReadWriteMany'])
    for (const { spec } of [job!, merge]) {
      const pod = spec.template.spec
      const [container] = pod.containers
      expect(pod.volumes).toEqual([
        { name: 'results', persistentVolumeClaim: { claimName: claim!.metadata.name } }
      ])
      expect(container.volumeMounts).toEqual([{ name: 'results', mountPath: out }])
      // With a limit for each index Kubernetes takes no other policy.
      expect(pod.restartPolicy).toBe('Never')
    }
    expect(job!.spec.template.spec.containers[0].resources.requests.cpu).toBe(workers)
  })

  it('gives pods no rights that they do not need', () => {
    for (const { metadata, spec } of [job!, merge]) {
      const pod = spec.template.spec
      const [container] = pod.containers
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65_532,
        fsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' }
      })
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] }
      })
      expect(container.resources.limits.memory).toBeDefined()
      expect(spec.template.metadata?.labels ?? metadata.labels).toEqual(metadata.labels)
    }
  })
})
