/**
 * The closed lists of the workspace: every reason for which something from outside is turned away. Each reason has a file in a
 * corpus, or stands here with what reaches it instead.
 */

export interface ClosedList {
  /** The module, and the type or constant that is the list. */
  readonly file: string
  readonly name: string
  /** Families of this corpus, and other folders of files, that hold its reasons. */
  readonly families: readonly string[]
  readonly folders?: readonly string[]
  /** Reasons without a file, and what reaches them. */
  readonly elsewhere: Readonly<Record<string, string>>
}

export const lists: readonly ClosedList[] = [
  {
    file: 'packages/core/src/rejection.ts',
    name: 'RejectionReason',
    families: ['casm', 'message', 'record'],
    folders: ['packages/wire/test/corpus'],
    elsewhere: {
      'unknown-namespace': 'of no message: packages/service/test, a namespace that was not joined',
      'too-often': 'of many messages: packages/core/test/namespace.test.ts',
      busy: 'of two messages at once: packages/core/test/namespace.test.ts',
      overrepresented: 'of what is held already: packages/core/test/settling.test.ts',
      'too-few-records': 'of a policy: packages/core/test/settling.test.ts',
      'unknown-exchange': 'of what was asked before: packages/core/test/settling.test.ts'
    }
  },
  {
    file: 'packages/transport-udp/src/rejections.ts',
    name: 'DatagramRejection',
    families: [],
    folders: ['packages/transport-udp/test/corpus'],
    elsewhere: {
      'too-many-handshakes': 'of many datagrams: packages/transport-udp/test/threats.test.ts',
      'wrong-peer': 'of a dial: packages/transport-udp/test/threats.test.ts',
      evicted: 'of many requests: packages/transport-udp/test/threats.test.ts'
    }
  },
  {
    file: 'packages/wire/src/capnp/rejection.ts',
    name: 'CapnpReason',
    families: [],
    folders: ['packages/wire/test/capnp/corpus'],
    elsewhere: {}
  },
  { file: 'packages/wire/src/lz4/rejection.ts', name: 'Lz4Reason', families: ['lz4'], elsewhere: {} },
  {
    file: 'packages/mconnection/src/errors.ts',
    name: 'faults',
    families: ['handshake', 'proof', 'frame', 'packet'],
    elsewhere: {
      'unusable-message':
        'of the application, which throws: packages/mconnection/test/mconnection-end.test.ts'
    }
  },
  { file: 'packages/switch/src/node-info.ts', name: 'NodeInfoFault', families: ['node-info'], elsewhere: {} },
  { file: 'packages/cometbft/src/pex-messages.ts', name: 'PexFault', families: ['pex'], elsewhere: {} },
  {
    file: 'packages/discovery/src/boot/rejection.ts',
    name: 'BootReason',
    families: ['boot'],
    elsewhere: {
      'not-local': 'of where it comes from: packages/discovery/test/flood.test.ts',
      'too-often': 'of many datagrams: packages/discovery/test/flood.test.ts',
      busy: 'of many signatures at once: packages/discovery/test/flood.test.ts'
    }
  },
  {
    file: 'packages/rpc/src/errors.ts',
    name: 'rpcRejections',
    families: ['rpc'],
    elsewhere: { 'unknown-cancel': 'of what was asked before: packages/rpc/test/hostile.test.ts' }
  },
  {
    file: 'packages/broadcast/src/counts.ts',
    name: 'broadcastRejections',
    families: ['broadcast'],
    elsewhere: {
      busy: 'of many messages: packages/broadcast/test/machine.test.ts',
      invalid: 'of the application: packages/broadcast/test/machine.test.ts',
      'too-many-announced': 'of many announcements: packages/broadcast/test/machine.test.ts',
      'never-came': 'of what never comes: packages/broadcast/test/machine.test.ts',
      'graft-again': 'of what was asked before: packages/broadcast/test/machine.test.ts',
      stranger: 'of who says it: packages/broadcast/test/machine.test.ts'
    }
  },
  {
    file: 'apps/node/src/book/finding.ts',
    name: 'errors',
    families: ['book'],
    elsewhere: {
      'wrong-bucket': 'of a whole book and its key: apps/node/test, pex book',
      'overfull-bucket': 'of a whole book and its key: apps/node/test, pex book',
      'bad-ban': 'of the members of our own: apps/node/test, pex book'
    }
  },
  {
    file: 'apps/node/src/book/finding.ts',
    name: 'warnings',
    families: ['book'],
    elsewhere: { stale: 'of an old book: apps/node/test, pex book' }
  }
]
