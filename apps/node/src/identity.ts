/**
 * Who this host is: an Ed25519 key in its data directory, as libp2p's protobuf encoding of a private key, so that other
 * libp2p tools can read it. Its peer id is derived from it and never changes.
 */
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { createKeyFile, readKeyFile, removeDrafts } from './key-file.ts'
import { Failure } from './failure.ts'

/** A private key as libp2p takes it. */
export type PrivateKey = ReturnType<typeof privateKeyFromProtobuf>

export interface Identity {
  /** The peer id in its canonical text form. */
  readonly id: string
  readonly privateKey: PrivateKey
}

/** The identity that the file holds, or nothing where there is no file. Fails with `PEX_KEY`. */
export function readIdentity(path: string): Identity | undefined {
  const bytes = readKeyFile(path)
  return bytes === undefined ? undefined : decode(path, bytes)
}

/** The identity that the file holds; a new one where there is no file. Fails with `PEX_KEY`. */
export async function openIdentity(path: string): Promise<Identity> {
  const found = readIdentity(path)
  if (found !== undefined) {
    removeDrafts(path)
    return found
  }
  const key = await generateKeyPair('Ed25519')
  return decode(path, createKeyFile(path, privateKeyToProtobuf(key)))
}

function decode(path: string, bytes: Uint8Array): Identity {
  let privateKey: PrivateKey
  try {
    privateKey = privateKeyFromProtobuf(bytes)
  } catch (error) {
    const message = `the identity key ${path} is damaged (${bytes.length} bytes that are no libp2p key)`
    throw new Failure('PEX_KEY', message, advice, { cause: error })
  }
  if (privateKey.type !== 'Ed25519') {
    throw new Failure(
      'PEX_KEY',
      `the identity key ${path} is of type ${privateKey.type}, not Ed25519`,
      advice
    )
  }
  return { id: peerIdFromPrivateKey(privateKey).toString(), privateKey }
}

const advice = 'to put a backup in its place, or to move it away for a new identity'
