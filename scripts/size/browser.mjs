// What a js-libp2p application in a browser takes on for peer exchange: the service, and all that it draws in. An
// application exports nothing, so that its bundler may put what chunks share into the first of them.
import { pex } from '@pex/transport-libp2p'

globalThis.pex = pex
