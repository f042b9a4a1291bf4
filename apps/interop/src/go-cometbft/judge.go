package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/version"
)

// judge tells what CometBFT takes bytes for; what it would disconnect for has a verdict that says so.
type judge struct{}

func (judge) end() {}

func (judge) obey(what string, line []byte) (event, error) {
	var asked struct {
		Bytes []string `json:"bytes"`
	}
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	of, known := map[string]func([]byte) string{"pex": pexVerdict, "node-info": infoVerdict}[what]
	if !known {
		return nil, fmt.Errorf("no such command: %q", what)
	}
	verdicts := make([]string, len(asked.Bytes))
	for i, encoded := range asked.Bytes {
		bytes, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, err
		}
		verdicts[i] = of(bytes)
	}
	return event{"verdicts": verdicts}, nil
}

// pexVerdict is what becomes of a message on the PEX channel: as in the peer's onReceive, and then in the reactor's Receive.
func pexVerdict(bytes []byte) string {
	m := &pexMessage{}
	if err := m.Unmarshal(bytes); err != nil {
		return "malformed"
	}
	switch sum := m.Sum.(type) {
	case *sumPexRequest:
		return "request"
	case *sumPexAddrs:
		addresses, err := p2p.NetAddressesFromProto(sum.PexAddrs.Addrs)
		if err != nil {
			return "bad-address"
		}
		text := "addresses"
		for _, address := range addresses {
			text += fmt.Sprintf(" %s@%s", address.ID, address.DialString())
		}
		return text
	}
	return "unknown-message"
}

// infoVerdict is what becomes of a NodeInfo in the transport's upgrade; the id that it names is taken for proved.
func infoVerdict(bytes []byte) string {
	m := &protoNodeInfo{}
	if err := m.Unmarshal(bytes); err != nil {
		return "malformed"
	}
	info, err := p2p.DefaultNodeInfoFromToProto(m)
	if err != nil {
		return "malformed"
	}
	// The id of a key is in lower case, and the two are compared as texts.
	if info.Validate() != nil || string(info.DefaultNodeID) != strings.ToLower(string(info.DefaultNodeID)) {
		return "invalid"
	}
	ours := p2p.DefaultNodeInfo{
		ProtocolVersion: p2p.NewProtocolVersion(version.P2PProtocol, version.BlockProtocol, 0),
		Network:         "interop-1",
		Channels:        []byte{0},
	}
	if ours.CompatibleWith(info) != nil {
		return "incompatible"
	}
	return fmt.Sprintf("%s %s %s %s", info.DefaultNodeID, info.ListenAddr, info.Moniker, info.Version)
}
