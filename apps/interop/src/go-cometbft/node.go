package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/pex"
	"github.com/cometbft/cometbft/version"
)

// settings are what `start` says; what it leaves out is as CometBFT has it, but for addresses: those of loopback are taken.
type settings struct {
	Network       string   `json:"network"`
	Moniker       string   `json:"moniker"`
	Key           string   `json:"key"`
	Book          string   `json:"book"`
	Strict        bool     `json:"strict"`
	SeedMode      bool     `json:"seedMode"`
	Seeds         []string `json:"seeds"`
	Persistent    []string `json:"persistent"`
	Unconditional []string `json:"unconditional"`
	Private       []string `json:"private"`
	EnsureMs      int      `json:"ensureMs"`
	HoldMs        int      `json:"holdMs"`
	MaxInbound    int      `json:"maxInbound"`
	MaxOutbound   int      `json:"maxOutbound"`
	UniqueIP      bool     `json:"uniqueIP"`
}

type node struct {
	mu        sync.Mutex
	sw        *p2p.Switch
	transport *p2p.MultiplexTransport
	book      pex.AddrBook
	pex       *watched
}

func (n *node) start(s settings) (event, error) {
	if n.sw != nil {
		return nil, errors.New("it runs already")
	}
	key, err := p2p.LoadOrGenNodeKey(s.Key)
	if err != nil {
		return nil, err
	}
	cfg := configuration(s)
	address, err := n.listen(cfg, key, s)
	if err != nil {
		return nil, err
	}
	n.book = pex.NewAddrBook(s.Book, s.Strict)
	n.book.SetLogger(&logger{of: "book"})
	n.book.AddPrivateIDs(s.Private)
	n.book.AddOurAddress(address)
	n.sw = p2p.NewSwitch(cfg, n.transport)
	n.sw.SetLogger(&logger{of: "switch"})
	n.sw.SetNodeKey(key)
	n.sw.SetNodeInfo(nodeInfo(key, address, s))
	n.sw.SetAddrBook(n.book)
	hold := 28 * time.Hour
	if s.HoldMs > 0 {
		hold = time.Duration(s.HoldMs) * time.Millisecond
	}
	n.pex = &watched{
		Reactor: pex.NewReactor(n.book, &pex.ReactorConfig{SeedMode: s.SeedMode, Seeds: s.Seeds, SeedDisconnectWaitPeriod: hold}),
		book:    n.book,
	}
	n.pex.SetLogger(&logger{of: "pex"})
	if s.EnsureMs > 0 {
		n.pex.SetEnsurePeersPeriod(time.Duration(s.EnsureMs) * time.Millisecond)
	}
	n.sw.AddReactor("PEX", n.pex)
	if err := n.sw.AddUnconditionalPeerIDs(s.Unconditional); err != nil {
		return nil, err
	}
	if err := n.sw.AddPersistentPeers(s.Persistent); err != nil {
		return nil, err
	}
	if err := n.sw.Start(); err != nil {
		return nil, err
	}
	if err := n.sw.DialPeersAsync(s.Persistent); err != nil {
		return nil, err
	}
	return event{"id": key.ID(), "address": address.String(), "version": software}, nil
}

func configuration(s settings) *config.P2PConfig {
	cfg := config.DefaultP2PConfig()
	cfg.AllowDuplicateIP = !s.UniqueIP
	cfg.AddrBookStrict = s.Strict
	cfg.SeedMode = s.SeedMode
	if s.MaxInbound > 0 {
		cfg.MaxNumInboundPeers = s.MaxInbound
	}
	if s.MaxOutbound > 0 {
		cfg.MaxNumOutboundPeers = s.MaxOutbound
	}
	return cfg
}

func nodeInfo(key *p2p.NodeKey, address *p2p.NetAddress, s settings) p2p.DefaultNodeInfo {
	return p2p.DefaultNodeInfo{
		ProtocolVersion: p2p.NewProtocolVersion(version.P2PProtocol, version.BlockProtocol, 0),
		DefaultNodeID:   key.ID(),
		ListenAddr:      "tcp://" + address.DialString(),
		Network:         s.Network,
		Version:         software,
		Channels:        []byte{pex.PexChannel},
		Moniker:         s.Moniker,
		Other:           p2p.DefaultNodeInfoOther{TxIndex: "off"},
	}
}

// listen binds the transport. It must know its port before it binds, so a port that is free is looked for; another process
// may be quicker.
func (n *node) listen(cfg *config.P2PConfig, key *p2p.NodeKey, s settings) (*p2p.NetAddress, error) {
	var failed error
	for try := 0; try < 20; try++ {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		at := free.Addr().String()
		_ = free.Close()
		address, err := p2p.NewNetAddressString(p2p.IDAddressString(key.ID(), at))
		if err != nil {
			return nil, err
		}
		n.transport = p2p.NewMultiplexTransport(nodeInfo(key, address, s), *key, p2p.MConnConfig(cfg))
		if !cfg.AllowDuplicateIP {
			p2p.MultiplexTransportConnFilters(p2p.ConnDuplicateIPFilter())(n.transport)
		}
		p2p.MultiplexTransportMaxIncomingConnections(cfg.MaxNumInboundPeers + len(s.Unconditional))(n.transport)
		if failed = n.transport.Listen(*address); failed == nil {
			return address, nil
		}
	}
	return nil, failed
}

func (n *node) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sw == nil {
		return
	}
	_ = n.sw.Stop()
	// v0.38 saves it on the way out, and does not wait for that.
	n.book.Save()
	_ = n.transport.Close()
}

func (n *node) obey(what string, line []byte) (event, error) {
	if what == "start" {
		var s settings
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, err
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.start(s)
	}
	n.mu.Lock()
	running := n.sw != nil
	n.mu.Unlock()
	if !running {
		return nil, fmt.Errorf("%s: it does not run yet", what)
	}
	var about struct {
		Address string `json:"address"`
		ID      p2p.ID `json:"id"`
		Reason  string `json:"reason"`
	}
	if err := json.Unmarshal(line, &about); err != nil {
		return nil, err
	}
	return n.command(what, about.Address, about.ID, about.Reason)
}
