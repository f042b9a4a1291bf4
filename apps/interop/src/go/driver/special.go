package driver

import (
	"errors"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	ma "github.com/multiformats/go-multiaddr"
)

// deadline of what does not keep to the protocol.
const deadline = 10 * time.Second

// move listens at another address instead of those of now, and answers when the host has signed that.
func (d *Driver) move(listen string) (fields, error) {
	to, err := ma.NewMultiaddr(listen)
	if err != nil {
		return nil, err
	}
	changes, err := d.host.EventBus().Subscribe(new(event.EvtLocalAddressesUpdated))
	if err != nil {
		return nil, err
	}
	defer changes.Close()
	before := d.host.Network().ListenAddresses()
	if err = d.host.Network().Listen(to); err != nil {
		return nil, err
	}
	if closer, ok := d.host.Network().(interface{ ListenClose(...ma.Multiaddr) }); ok {
		closer.ListenClose(before...)
	}
	d.host.SignalAddressChange()
	for change := range changes.Out() {
		signed := change.(event.EvtLocalAddressesUpdated)
		if len(signed.Current) > 0 && !anyOf(signed.Current, before) {
			return fields{"addrs": d.addresses()}, nil
		}
	}
	return nil, errors.New("the host is closed")
}

func anyOf(updated []event.UpdatedAddress, addrs []ma.Multiaddr) bool {
	for _, each := range updated {
		if ma.Contains(addrs, each.Address) {
			return true
		}
	}
	return false
}

// writeRaw sends any bytes to a peer as its half of an exchange, and tells what came back.
func (d *Driver) writeRaw(c command, peers []peer.AddrInfo) (fields, error) {
	if len(peers) != 1 {
		return nil, errors.New("one peer to write to")
	}
	if err := d.host.Connect(d.ctx, peers[0]); err != nil {
		return nil, err
	}
	s, err := d.host.NewStream(d.ctx, peers[0].ID, protocol.ID("/casm/0.0.0/"+c.NS+"/pex"))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err = s.SetDeadline(time.Now().Add(deadline)); err != nil {
		return nil, err
	}
	// The peer may break off before it has heard everything: then reading tells so.
	_, _ = s.Write(c.Bytes)
	_ = s.CloseWrite()
	answer, err := io.ReadAll(s)
	return fields{"answer": answer, "reset": err != nil}, nil
}

// serveRaw answers everybody who asks in a namespace with any bytes, once the question has ended.
func (d *Driver) serveRaw(c command) {
	d.host.SetStreamHandler(protocol.ID("/casm/0.0.0/"+c.NS+"/pex"), func(s network.Stream) {
		defer s.Close()
		_ = s.SetDeadline(time.Now().Add(deadline))
		question, err := io.ReadAll(s)
		_, _ = s.Write(c.Bytes)
		d.write(fields{"event": "asked", "ns": c.NS, "bytes": len(question), "reset": err != nil})
	})
}
