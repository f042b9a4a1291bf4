/** The service between transport and machine, and libp2p below it. */
import { area } from '../kit/guard.ts'
import type { Listed } from '../kit/guard.ts'

const asked = ['hostile', 'questions', 'service', 'wires']
const libp2p = ['body', 'transport', 'hostile']

export const service: readonly Listed[] = [
  ...area('packages/service', [
    {
      name: 'the order of a message is judged before a signature',
      threat: 'T13',
      file: 'receive.ts',
      find: 'if (disorder !== undefined) return disorder',
      replace: '',
      tests: asked
    },
    {
      name: 'only what an honest peer may send is dropped alone',
      threat: 'T1',
      file: 'receive.ts',
      find: 'else if (isExcusable(descriptor) && place < claims.length - 1) dropped.push(descriptor)',
      replace: 'else if (place < claims.length - 1) dropped.push(descriptor)',
      tests: asked
    },
    {
      name: 'a bad own record is not dropped alone',
      threat: 'T1',
      file: 'receive.ts',
      find: 'else if (isExcusable(descriptor) && place < claims.length - 1) dropped.push(descriptor)',
      replace: 'else if (isExcusable(descriptor)) dropped.push(descriptor)',
      tests: asked
    },
    {
      name: 'namespaces are counted',
      threat: 'T16',
      file: 'memberships.ts',
      find: 'if (this.#entered.size >= limits.maxNamespaces) {',
      replace: 'if (this.#entered.size < 0) {',
      tests: ['service', 'hostile']
    },
    {
      name: 'the name of a namespace is checked',
      threat: 'T16',
      file: 'protocol.ts',
      find: 'if (bytes === 0 || bytes > limits.maxNamespaceBytes)',
      replace: 'if (bytes === 0)',
      tests: ['service', 'hostile']
    },
    {
      name: 'the name of a namespace has nothing that plays with a terminal',
      threat: 'T16',
      file: 'protocol.ts',
      find: String.raw`if (/[\p{Cc}\p{Cf}\p{Z}]/u.test(namespace))`,
      replace: "if (namespace === '')",
      tests: ['service', 'hostile']
    },
    {
      name: 'who calls too often costs no signature check',
      threat: 'T5',
      file: 'session.ts',
      find: "let outputs = this.#put({ type: 'called', from })",
      replace: 'let outputs: readonly Output[] = []',
      tests: asked
    },
    {
      name: 'a request has one deadline',
      threat: 'T14',
      file: 'requests.ts',
      find: 'return await withinDeadline(this.#parts.clock, ms, request, signal => this.#ask(to, question, signal))',
      replace:
        'return await (ms < 0 ? withinDeadline(this.#parts.clock, ms, request, signal => this.#ask(to, question, signal)) : this.#ask(to, question, request.signal))',
      tests: asked
    },
    {
      name: 'a search has one deadline',
      threat: 'T14',
      file: 'session.ts',
      find: 'await withinDeadline(clock, this.gossip.exchangeMs, search,',
      replace: 'await withinDeadline(clock, 1e9 + this.gossip.exchangeMs, search,',
      tests: ['service', 'questions', 'network']
    },
    {
      name: 'labels of metrics are of a closed list',
      threat: 'T23',
      file: 'metrics.ts',
      find: "exchange(known.has(error.code) ? error.code : 'other')",
      replace: 'exchange(error.code)',
      tests: ['metrics']
    },
    {
      name: 'namespaces as labels are bounded',
      threat: 'T23',
      file: 'metrics.ts',
      find: 'if (seen.size < limits.maxNamespaces) seen.add(namespace)',
      replace: 'seen.add(namespace)',
      tests: ['metrics']
    }
  ]),
  ...area('packages/transport-libp2p', [
    {
      name: 'a body is measured before it is read',
      threat: 'T13',
      file: 'body.ts',
      find: 'this.#length > limits.maxMessageBytes ||',
      replace: '',
      tests: libp2p
    },
    {
      name: 'a bare body is measured',
      threat: 'T13',
      file: 'body.ts',
      find: 'if (this.#bytes.length + chunk.length > limits.maxMessageBytes) throw tooLong()',
      replace: '',
      tests: [...libp2p, 'unframed']
    },
    {
      name: 'nothing follows a body',
      threat: 'T13',
      file: 'body.ts',
      find: "if (this.#bytes.length + rest.length > this.#length) throw new BodyError('bytes follow the body')",
      replace: '',
      tests: libp2p
    },
    {
      name: 'a served request has one deadline',
      threat: 'T14',
      file: 'transport.ts',
      find: 'await within({ signals: [this.#running!.signal, request.signal], clock, ms }',
      replace: 'await within({ signals: [this.#running!.signal, request.signal], clock, ms: ms * 1e6 }',
      tests: libp2p
    },
    {
      name: 'served requests are bounded',
      threat: 'T25',
      file: 'transport.ts',
      find: 'const full = this.#serving.size >= this.#init.maxInbound',
      replace: 'const full = this.#serving.size < 0',
      tests: libp2p
    },
    {
      name: 'addresses of a contact are bounded',
      threat: 'T18',
      file: 'addresses.ts',
      find: 'addresses.slice(0, limits.maxAddresses)',
      replace: 'addresses.slice(0)',
      tests: ['addresses', 'transport']
    },
    {
      name: 'an address that names another peer is left out',
      threat: 'T1',
      file: 'addresses.ts',
      find: 'return (peerOf(address) ?? id) === id',
      replace: "return (peerOf(address) ?? id) !== ''",
      tests: ['addresses', 'transport']
    },
    {
      name: 'an address that stands for every interface is not told',
      threat: 'T19',
      file: 'addresses.ts',
      find: " || UNSPECIFIED.has(host.value ?? '')) return false",
      replace: ') return false',
      tests: ['addresses']
    },
    {
      name: 'the gater of libp2p keeps to the scope',
      threat: 'T19',
      file: 'dialing.ts',
      find: 'denyDialMultiaddr: target => !scope.allows(withoutPeer(target).toString())',
      replace: "denyDialMultiaddr: target => withoutPeer(target).toString() === ''",
      tests: ['dialing', 'names']
    }
  ])
]
