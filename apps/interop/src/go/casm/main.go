//go:build casm

// Command casm is the live peer of this program with casm's own PeerExchange in it: same host, same commands, same lines.
// It is a module of its own, so that nothing else here asks for casm.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	leveldb "github.com/ipfs/go-ds-leveldb"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/wetware/casm/pkg/pex"

	"github.com/pex-js/pex/apps/interop/driver"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "peer" {
		fmt.Fprintln(os.Stderr, "usage: casm peer")
		os.Exit(2)
	}
	if err := driver.Main(os.Args[2:], newExchange); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newExchange(s driver.Settings, host *basichost.BasicHost, driven *driver.Driver) (driver.Exchange, error) {
	views, err := host.EventBus().Subscribe(new(pex.EvtPeersUpdated))
	if err != nil {
		return nil, err
	}
	go func() {
		for view := range views.Out() {
			driven.Updated(view.(pex.EvtPeersUpdated))
		}
	}()
	store, err := leveldb.NewDatastore(filepath.Join(s.Data, "views"), nil)
	if err != nil {
		return nil, err
	}
	config := pex.DefaultGossipConfig
	config.MaxView, config.Tick, config.Timeout = s.View, s.Tick, s.Timeout
	return pex.New(host,
		pex.WithDatastore(store),
		pex.WithBootstrapPeers(s.Bootstrap...),
		pex.WithGossip(func(string) pex.GossipConfig { return config }))
}
