/** Nodes of either language, for tests that do not care which it is. */
import { GoNode } from './go.ts'
import { TsNode } from './ts-node.ts'

export interface Node {
  readonly id: string
  /** `id@ip:port`. */
  readonly address: string
  /** Resolves when that peer has been added, for the first time or for the nth. */
  added(id: string, count?: number): Promise<unknown>
  removed(id: string, count?: number): Promise<unknown>
}

export interface NodeSettings {
  readonly moniker?: string
  readonly seeds?: readonly string[]
  readonly isSeed?: boolean
}

export type StartNode = (settings?: NodeSettings) => Promise<Node>

export const goNode =
  (binary: () => string): StartNode =>
  ({ isSeed = false, ...settings } = {}) =>
    GoNode.start(binary(), { ...settings, seedMode: isSeed })

export const tsNode: StartNode = settings => TsNode.start(settings)
