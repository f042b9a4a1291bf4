//go:build v1

package main

import (
	tmp2p "github.com/cometbft/cometbft/api/cometbft/p2p/v1"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/version"
)

// The messages of v1.0; those of v0.38 are the same under another path.
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

func list(peers p2p.IPeerSet) []p2p.Peer { return peers.Copy() }

const software = version.CMTSemVer
