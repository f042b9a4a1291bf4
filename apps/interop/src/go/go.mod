module github.com/pex-js/pex/apps/interop

go 1.21

require (
	capnproto.org/go/capnp/v3 v3.0.0-alpha.9
	github.com/libp2p/go-libp2p v0.26.3
	github.com/multiformats/go-multiaddr v0.8.0
	github.com/pierrec/lz4/v4 v4.1.17
)

require (
	github.com/decred/dcrd/dcrec/secp256k1/v4 v4.1.0 // indirect
	github.com/google/go-cmp v0.5.9 // indirect
	github.com/ipfs/go-cid v0.3.2 // indirect
	github.com/klauspost/cpuid/v2 v2.2.1 // indirect
	github.com/libp2p/go-buffer-pool v0.1.0 // indirect
	github.com/minio/sha256-simd v1.0.0 // indirect
	github.com/mr-tron/base58 v1.2.0 // indirect
	github.com/multiformats/go-base32 v0.1.0 // indirect
	github.com/multiformats/go-base36 v0.2.0 // indirect
	github.com/multiformats/go-multibase v0.1.1 // indirect
	github.com/multiformats/go-multicodec v0.7.0 // indirect
	github.com/multiformats/go-multihash v0.2.1 // indirect
	github.com/multiformats/go-varint v0.0.7 // indirect
	github.com/spaolacci/murmur3 v1.1.0 // indirect
	golang.org/x/crypto v0.4.0 // indirect
	golang.org/x/sync v0.1.0 // indirect
	golang.org/x/sys v0.3.0 // indirect
	google.golang.org/protobuf v1.28.1 // indirect
	lukechampine.com/blake3 v1.1.7 // indirect
)
