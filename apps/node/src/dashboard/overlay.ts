/**
 * Who holds whom, as far as it is known. A host knows whom it holds itself, and that whoever has called it held it then.
 */
import type { DemoHost, Model } from '../demo/model.ts'
import { short } from '../story.ts'
import type { OverlayNode, OverlayShape } from './shapes.ts'

/** What one host knows: itself first. */
export function overlayOf(
  namespace: string,
  self: string,
  view: readonly { readonly id: string }[],
  callers: readonly { readonly id: string }[]
): OverlayShape {
  const held = new Set(view.map(({ id }) => id))
  const calling = new Set(callers.map(({ id }) => id))
  const nodes: OverlayNode[] = [{ id: self, name: short(self), kind: 'self' }]
  const edges: (readonly [number, number])[] = []
  for (const id of new Set([...held, ...calling])) {
    if (id === self) continue
    const kind = held.has(id) ? (calling.has(id) ? 'both' : 'view') : 'caller'
    const place = nodes.push({ id, name: short(id), kind }) - 1
    if (kind !== 'caller') edges.push([0, place])
    if (kind !== 'view') edges.push([place, 0])
  }
  return { namespace, nodes, edges }
}

/** What the demo knows of its hosts: everything. */
export function clusterOverlay(namespace: string, model: Model): OverlayShape {
  const { hosts } = model
  const nodes = hosts.map(({ name, id, state }): OverlayNode => {
    return { id: id ?? name, name, kind: state === 'up' ? 'host' : 'down' }
  })
  const edges = hosts.flatMap((host, from) => knownTo(model, host).map(to => [from, to] as const))
  return { namespace, nodes, edges }
}

/** The places of the hosts that a host holds. */
function knownTo(model: Model, host: DemoHost): readonly number[] {
  return model.hosts.flatMap((other, place) => (other !== host && model.knows(host, other) ? [place] : []))
}

/** How many hosts hold each host. */
export function inDegrees({ nodes, edges }: OverlayShape): readonly number[] {
  const degrees = nodes.map(() => 0)
  for (const [, to] of edges) degrees[to]!++
  return degrees
}
