package main

import (
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"

	"github.com/pex-js/pex/apps/interop/driver"
	"github.com/pex-js/pex/apps/interop/peer"
)

// newExchange makes our exchange by casm's rules.
func newExchange(s driver.Settings, host *basichost.BasicHost, driven *driver.Driver) (driver.Exchange, error) {
	config := peer.DefaultConfig
	config.View = s.View
	return peer.New(host, peer.Options{
		Config:    config,
		Dir:       s.Data,
		Store:     s.Store,
		Tick:      s.Tick,
		Timeout:   s.Timeout,
		Bootstrap: s.Bootstrap,
		Updated:   driven.Updated,
		Failed:    driven.Failed,
	})
}
