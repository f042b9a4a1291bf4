/** A verdict as a sentence for people. */
import type { Stage, Verdict } from './verdict.ts'

const steps: Readonly<Record<Stage, string>> = {
  dns: 'looking its name up',
  connect: 'connecting',
  handshake: 'the handshake',
  'node-info': 'the exchange of node infos',
  answer: 'waiting for its answer'
}

/** One line, without a full stop; what a stranger said stands in quotation marks. */
export function tellVerdict(verdict: Verdict): string {
  switch (verdict.verdict) {
    case 'ok': {
      const { length } = verdict.addresses
      return `names ${length} ${length === 1 ? 'address' : 'addresses'}`
    }
    case 'bad-target':
      return `no target: ${verdict.why}`
    case 'dns':
      return `the name stands for no address: ${verdict.why}`
    case 'refused':
      return 'nobody listens at that port'
    case 'unreachable':
      return `no way leads there: ${verdict.why}`
    case 'timeout':
      return `no end to ${steps[verdict.stage]} in time`
    case 'wrong-id':
      return `${verdict.actual} is there instead`
    case 'wrong-chain':
      return `its chain is ${JSON.stringify(verdict.chain)}`
    case 'incompatible':
      return verdict.why === 'block'
        ? `it speaks block protocol ${verdict.node?.protocol.block}`
        : `its node info breaks the rules: ${verdict.why}`
    case 'full':
      return verdict.certainty === 'likely'
        ? 'it hung up after the handshake: likely full'
        : 'it accepts and says nothing: possibly full'
    case 'pex-off':
      return 'it does not exchange peers'
    case 'closed':
      return `it hung up during ${steps[verdict.stage]}`
    case 'bad-handshake':
      return `it does not speak the protocol: ${verdict.why}`
    case 'bad-answer':
      return `its answer cannot be read: ${verdict.why}`
  }
}
