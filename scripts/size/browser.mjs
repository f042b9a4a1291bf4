// What a js-libp2p application in a browser takes on for peer exchange: the service, and all that it draws in.
export { pex } from '@pex/transport-libp2p'
