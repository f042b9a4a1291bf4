import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const chart = `${root}/deploy/helm/pex`

/** Whether a program is there to be run. */
function has(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  // oxlint-disable-next-line typescript/no-explicit-any -- as deep as Kubernetes likes
  readonly spec: any
  readonly data?: Readonly<Record<string, string>>
}

function render(...values: string[]): Manifest[] {
  const args = [
    'template',
    'r',
    chart,
    '--kube-version',
    '1.31.0',
    ...values.flatMap(value => ['--set', value])
  ]
  const text = execFileSync('helm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  return parseAllDocuments(text).map(document => document.toJS() as Manifest)
}

const options =
  readFileSync(`${root}/apps/node/src/cli/start.ts`, 'utf8') +
  readFileSync(`${root}/apps/node/src/cli/options.ts`, 'utf8')
const documented = readFileSync(`${root}/docs/METRICS.md`, 'utf8')

describe('what is in deploy/', () => {
  it('asks the command only for options that it has', () => {
    const compose = parse(readFileSync(`${root}/deploy/compose.yaml`, 'utf8'), { merge: true }) as {
      services: Record<string, { command: string[] }>
    }
    const asked = [
      ...Object.values(compose.services).flatMap(service => service.command),
      ...readFileSync(`${root}/deploy/Dockerfile`, 'utf8')
        .matchAll(/"(--[a-z-]+)"/g)
        .map(match => match[1]!),
      ...readFileSync(`${root}/deploy/pex.service`, 'utf8')
        .matchAll(/ (--[a-z-]+) [/%\d]/g)
        .map(match => match[1]!),
      ...readFileSync(`${chart}/templates/statefulset.yaml`, 'utf8')
        .matchAll(/- (--[a-z-]+)$/gm)
        .map(match => match[1]!)
    ].filter(word => word.startsWith('--'))
    expect(new Set(asked).size).toBeGreaterThan(5)
    for (const option of asked) expect(options, option).toContain(option)
  })

  it('draws only metrics that there are', () => {
    const dashboard = JSON.parse(readFileSync(`${chart}/files/grafana.json`, 'utf8')) as {
      panels: { targets: { expr: string }[] }[]
    }
    const expressions = dashboard.panels.flatMap(panel => panel.targets.map(({ expr }) => expr))
    const names = expressions.flatMap(expr => expr.match(/\bpex_[a-z_]+/g) ?? [])
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) expect(documented, name).toContain(`\`${name.replace(/_bucket$/, '')}\``)
  })

  it.skipIf(!has('systemd-analyze', '--version'))(
    `gives systemd a unit that it takes, and that exposes little${has('systemd-analyze', '--version') ? '' : ' (skipped: no systemd-analyze)'}`,
    () => {
      const unit = `${root}/deploy/pex.service`
      const verified = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
      // It looks for the program behind `env` only when the unit runs.
      expect([verified.status, verified.stderr]).toEqual([0, ''])
      const security = execFileSync('systemd-analyze', ['security', '--offline=true', unit], {
        encoding: 'utf8'
      })
      expect(Number(/exposure level for pex\.service: ([\d.]+)/.exec(security)?.[1])).toBeLessThan(2)
    }
  )

  describe.skipIf(!has('helm', 'version'))(
    `the chart${has('helm', 'version') ? '' : ' (skipped: no helm)'}`,
    () => {
      it('renders a StatefulSet behind the headless service that its hosts look up', () => {
        const all = render()
        expect(all.map(({ kind }) => kind).sort()).toEqual([
          'PodDisruptionBudget',
          'Service',
          'Service',
          'StatefulSet'
        ])
        const set = all.find(({ kind }) => kind === 'StatefulSet')!
        const service = all.find(
          ({ kind, metadata }) => kind === 'Service' && metadata.name === set.spec.serviceName
        )!
        expect(service.spec.clusterIP).toBe('None')
        const [container] = set.spec.template.spec.containers
        const args = container.args as string[]
        expect(args[args.indexOf('--discover') + 1]).toBe(
          `dns:${service.metadata.name}.default.svc.cluster.local`
        )
        // Whoever looks the hosts up finds only ports that speak to hosts.
        const named = new Set((container.ports as { name: string }[]).map(({ name }) => name))
        for (const { targetPort } of service.spec.ports as { targetPort: string }[]) {
          expect(named).toContain(targetPort)
          expect(targetPort).not.toBe('metrics')
        }
        expect(set.spec.template.metadata.labels).toMatchObject(set.spec.selector.matchLabels)
        expect(container.readinessProbe.exec.command.at(-1)).toContain('/readyz')
      })

      it('renders what is switched on: the monitor finds the service of the metrics, the dashboard is whole', () => {
        const all = render(
          'serviceMonitor.enabled=true',
          'grafanaDashboard.enabled=true',
          'replicas=5',
          'bootstrap={/dns4/a.example/tcp/1}'
        )
        const monitor = all.find(({ kind }) => kind === 'ServiceMonitor')!
        const found = all.filter(
          ({ kind, metadata }) =>
            kind === 'Service' &&
            Object.entries(monitor.spec.selector.matchLabels).every(
              ([key, value]) => metadata.labels[key] === value
            )
        )
        expect(found.map(({ metadata }) => metadata.name)).toEqual(['r-pex-metrics'])
        const map = all.find(({ kind }) => kind === 'ConfigMap')!
        expect(JSON.parse(map.data!['pex.json']!)).toHaveProperty('panels')
      })

      it.each(['replicas=0', 'tick=often', 'ports.tcp=70000', 'bootstrap={example.com:4001}', 'unknown=1'])(
        'refuses %s',
        value => {
          expect(() => render(value)).toThrow(/values don't meet the specifications|schema/)
        }
      )
    }
  )
})
