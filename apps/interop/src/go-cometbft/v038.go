//go:build !v1

package main

import (
	"github.com/cometbft/cometbft/p2p"
	tmp2p "github.com/cometbft/cometbft/proto/tendermint/p2p"
	"github.com/cometbft/cometbft/version"
)

// The messages of v0.38; those of v1.0 are the same under another path.
type (
	packet        = tmp2p.Packet
	packetMsg     = tmp2p.PacketMsg
	packetPing    = tmp2p.PacketPing
	packetPong    = tmp2p.PacketPong
	sumMsg        = tmp2p.Packet_PacketMsg
	sumPing       = tmp2p.Packet_PacketPing
	sumPong       = tmp2p.Packet_PacketPong
	pexMessage    = tmp2p.Message
	pexRequest    = tmp2p.PexRequest
	pexAddrs      = tmp2p.PexAddrs
	sumPexRequest = tmp2p.Message_PexRequest
	sumPexAddrs   = tmp2p.Message_PexAddrs
	netAddress    = tmp2p.NetAddress
	protoNodeInfo = tmp2p.DefaultNodeInfo
)

func list(peers p2p.IPeerSet) []p2p.Peer { return peers.List() }

const software = version.TMCoreSemVer
