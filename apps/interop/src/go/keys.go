package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// node is a key from 32 equal bytes, so that whoever signs the same gets the same bytes.
type node struct {
	seed byte
	key  crypto.PrivKey
	id   peer.ID
}

func newNode(seed byte) (node, error) {
	raw := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	key, err := crypto.UnmarshalEd25519PrivateKey(raw)
	if err != nil {
		return node{}, err
	}
	id, err := peer.IDFromPrivateKey(key)
	return node{seed, key, id}, err
}

func multiaddrs(texts []string) ([]ma.Multiaddr, error) {
	addrs := make([]ma.Multiaddr, len(texts))
	for i, text := range texts {
		addr, err := ma.NewMultiaddr(text)
		if err != nil {
			return nil, err
		}
		addrs[i] = addr
	}
	return addrs, nil
}

func toHex(b []byte) string { return hex.EncodeToString(b) }
