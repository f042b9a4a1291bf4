package peer

import (
	"context"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// maxMessageBytes is the most that one record may take on the wire.
const maxMessageBytes = 2048

// namespace is the part of an exchange that gossips in one namespace.
type namespace struct {
	*Exchange
	name  string
	store store
	// Guards the store while a view is read or replaced; not between the two, so that of exchanges that run side by side
	// the later one counts: so it is in casm.
	mu       sync.Mutex
	deadline time.Time
}

func protocolOf(name string) protocol.ID { return protocol.ID("/casm/0.0.0/" + name + "/pex") }

// serve answers a peer that has opened a stream.
func (n *namespace) serve(s network.Stream) {
	defer s.Close()
	if err := n.exchange(s, time.Now().Add(n.options.Timeout)); err != nil {
		n.options.Failed(n.name, s.Conn().RemotePeer(), err)
	}
}

// ask exchanges with a peer that we choose.
func (n *namespace) ask(ctx context.Context, who peer.AddrInfo) error {
	ctx, cancel := context.WithTimeout(ctx, n.options.Timeout)
	defer cancel()
	if err := n.host.Connect(ctx, who); err != nil {
		return err
	}
	s, err := n.host.NewStream(ctx, who.ID, protocolOf(n.name))
	if err != nil {
		return err
	}
	defer s.Close()
	deadline, _ := ctx.Deadline()
	return n.exchange(s, deadline)
}

// exchange is the same on both sides: push and pull at once, each half of the stream on its own, then judge and merge.
func (n *namespace) exchange(s network.Stream, deadline time.Time) error {
	if err := s.SetDeadline(deadline); err != nil {
		return err
	}
	view, err := n.load()
	if err != nil {
		return err
	}
	snapshot := n.options.Config.snapshot(view)
	pushed := make(chan error, 1)
	go func() {
		defer s.CloseWrite()
		pushed <- write(s, append(n.options.Config.sends(snapshot), n.own()))
	}()
	received, err := readAll(s, maxMessageBytes)
	_ = s.CloseRead()
	if pushErr := <-pushed; err == nil {
		err = pushErr
	}
	if err == nil {
		err = validate(received)
	}
	if err != nil {
		return err
	}
	return n.replace(snapshot, n.options.Config.merge(n.host.ID(), snapshot, received))
}

func (n *namespace) load() ([]*held, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.store.load()
}

func (n *namespace) replace(old, new []*held) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.store.replace(old, new); err != nil {
		return err
	}
	n.options.Updated(records(new))
	return nil
}

// cached gives the view in random order.
func (n *namespace) cached() ([]peer.AddrInfo, error) {
	view, err := n.load()
	if err != nil {
		return nil, err
	}
	shuffle(view)
	infos := make([]peer.AddrInfo, len(view))
	for i, each := range view {
		infos[i] = peer.AddrInfo{ID: each.PeerID, Addrs: each.Addrs}
	}
	return infos, nil
}

func records(view []*held) []*peer.PeerRecord {
	all := make([]*peer.PeerRecord, len(view))
	for i, each := range view {
		all[i] = &each.PeerRecord
	}
	return all
}
