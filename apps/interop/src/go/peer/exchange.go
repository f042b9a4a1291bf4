package peer

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/discovery"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

// What an exchange fails with, as in casm.
var (
	ErrNoListenAddrs = errors.New("host not accepting connections")
	ErrNoPeer        = errors.New("no peer found")
	ErrNotFound      = errors.New("not found")
	ErrClosed        = errors.New("closed")
)

// Options of an exchange.
type Options struct {
	Config
	// Dir keeps the views, unless Store is memory or opened.
	Dir, Store string
	// Tick is the longest wait between two rounds; Timeout, how long an exchange may take.
	Tick, Timeout time.Duration
	// Bootstrap is asked when nobody in the view answers.
	Bootstrap []peer.AddrInfo
	// Updated is told every new view.
	Updated func([]*peer.PeerRecord)
	// Failed is told what went wrong with a peer that asked us.
	Failed func(ns string, who peer.ID, err error)
}

// Exchange is peer exchange on a host, in any number of namespaces.
type Exchange struct {
	host      host.Host
	options   Options
	addresses event.Subscription
	self      atomic.Pointer[held]

	mu         sync.Mutex
	namespaces map[string]*namespace
	closed     bool
}

// New begins an exchange on a host that listens somewhere.
func New(h host.Host, options Options) (*Exchange, error) {
	if len(h.Addrs()) == 0 {
		return nil, ErrNoListenAddrs
	}
	if makeStore[options.Store] == nil {
		return nil, fmt.Errorf("no such store: %q", options.Store)
	}
	addresses, err := h.EventBus().Subscribe(new(event.EvtLocalAddressesUpdated))
	if err != nil {
		return nil, err
	}
	x := &Exchange{host: h, options: options, addresses: addresses, namespaces: make(map[string]*namespace)}
	// The bus repeats the last event for whoever comes late.
	if err = x.renew(<-addresses.Out()); err != nil {
		return nil, err
	}
	go func() {
		for change := range addresses.Out() {
			_ = x.renew(change)
		}
	}()
	go x.expire()
	return x, nil
}

// Bootstrap joins a namespace by way of the first of these peers that completes an exchange.
func (x *Exchange) Bootstrap(ctx context.Context, ns string, peers ...peer.AddrInfo) error {
	n, err := x.join(ns)
	if err != nil {
		return err
	}
	if !n.askAny(ctx, peers) {
		return ErrNoPeer
	}
	return nil
}

// Advertise runs a round, and says after which time to call again. That nobody was found is no failure.
func (x *Exchange) Advertise(ctx context.Context, ns string, _ ...discovery.Option) (time.Duration, error) {
	n, err := x.join(ns)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, x.options.Timeout)
	defer cancel()
	cached, err := n.cached()
	if err != nil {
		return 0, err
	}
	if !n.askAny(ctx, cached) {
		n.askAny(ctx, x.options.Bootstrap)
	}
	half := x.options.Tick / 2
	return half + time.Duration(rand.Int63n(int64(half))), nil
}

// FindPeers gives the view in random order, then the bootstrap peers.
func (x *Exchange) FindPeers(ctx context.Context, ns string, _ ...discovery.Option) (<-chan peer.AddrInfo, error) {
	n, err := x.get(ns)
	if err != nil {
		return nil, err
	}
	cached, err := n.cached()
	if err != nil {
		return nil, err
	}
	out := make(chan peer.AddrInfo)
	go func() {
		defer close(out)
		for _, each := range append(cached, x.options.Bootstrap...) {
			select {
			case out <- each:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

// View gives the records of a namespace.
func (x *Exchange) View(ns string) ([]*peer.PeerRecord, error) {
	n, err := x.get(ns)
	if err != nil {
		return nil, err
	}
	view, err := n.load()
	return records(view), err
}

// Offer puts these records of others into the view of a namespace, whatever room there is.
func (x *Exchange) Offer(ns string, envelopes [][]byte) error {
	n, err := x.join(ns)
	if err != nil {
		return err
	}
	offered := make([]*held, len(envelopes))
	for i, envelope := range envelopes {
		if offered[i], err = open(uint64(i+1), envelope); err != nil {
			return err
		}
	}
	return n.replace(nil, offered)
}

// Close leaves every namespace; nothing can be done with the exchange any more.
func (x *Exchange) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	for name := range x.namespaces {
		x.leave(name)
	}
	return x.addresses.Close()
}

func (x *Exchange) own() *held { return x.self.Load() }

func (x *Exchange) renew(change any) error {
	own, err := seal(change.(event.EvtLocalAddressesUpdated).SignedPeerRecord)
	if err == nil {
		x.self.Store(own)
	}
	return err
}

// join gives a namespace, and keeps it for a tick and a timeout more.
func (x *Exchange) join(ns string) (*namespace, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil, ErrClosed
	}
	n := x.namespaces[ns]
	if n == nil {
		n = &namespace{Exchange: x, name: ns, store: makeStore[x.options.Store](x.options.Dir, ns)}
		x.namespaces[ns] = n
		x.host.SetStreamHandler(protocolOf(ns), n.serve)
	}
	n.deadline = time.Now().Add(x.options.Tick + x.options.Timeout)
	return n, nil
}

func (x *Exchange) get(ns string) (*namespace, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil, ErrClosed
	}
	if n := x.namespaces[ns]; n != nil {
		return n, nil
	}
	return nil, ErrNotFound
}

// expire drops, every minute, the namespaces that nobody has advertised for too long.
func (x *Exchange) expire() {
	for now := range time.Tick(time.Minute) {
		x.mu.Lock()
		closed := x.closed
		for name, n := range x.namespaces {
			if now.After(n.deadline) {
				x.leave(name)
			}
		}
		x.mu.Unlock()
		if closed {
			return
		}
	}
}

func (x *Exchange) leave(ns string) {
	x.host.RemoveStreamHandler(protocolOf(ns))
	delete(x.namespaces, ns)
}

// askAny asks one after the other until an exchange is complete.
func (n *namespace) askAny(ctx context.Context, peers []peer.AddrInfo) bool {
	for _, each := range peers {
		if n.ask(ctx, each) == nil {
			return true
		}
	}
	return false
}
