package driver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/discovery"
	"github.com/libp2p/go-libp2p/core/peer"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	ma "github.com/multiformats/go-multiaddr"
)

// Exchange is what casm's PeerExchange can do, and ours.
type Exchange interface {
	discovery.Discovery
	Bootstrap(ctx context.Context, ns string, peers ...peer.AddrInfo) error
	Close() error
}

// viewer is an exchange that shows its records; casm's has none.
type viewer interface {
	View(ns string) ([]*peer.PeerRecord, error)
}

// offerer is an exchange that takes records from elsewhere; casm's does not.
type offerer interface {
	Offer(ns string, envelopes [][]byte) error
}

// command is a line that comes in. What it needs beside `do` and `n` depends on what is to be done.
type command struct {
	// N comes back with the answer.
	N      int      `json:"n"`
	Do     string   `json:"do"`
	NS     string   `json:"ns"`
	Peers  []string `json:"peers"`
	Listen string   `json:"listen"`
	// Bytes, in base64, for peers that do not keep to the protocol.
	Bytes []byte `json:"bytes"`
	// Envelopes, each in base64, are signed records.
	Envelopes [][]byte `json:"envelopes"`
	Times     int      `json:"times"`
}

// Peer is a peer in a line that goes out; Seq only where its record is known.
type Peer struct {
	ID    string   `json:"id"`
	Seq   string   `json:"seq,omitempty"`
	Addrs []string `json:"addrs"`
}

// Driver writes and carries out the lines.
type Driver struct {
	host     *basichost.BasicHost
	exchange Exchange
	ctx      context.Context
	// Quiet does not tell of updates.
	quiet bool
	// One line at a time.
	mu  sync.Mutex
	out *json.Encoder
}

type fields map[string]any

// New makes a driver whose lines go to out. An exchange that is made afterwards may tell of updates at once.
func New(host *basichost.BasicHost, out io.Writer) *Driver {
	return &Driver{host: host, out: json.NewEncoder(out)}
}

// Updated writes the line that tells of a new view, unless it shall be quiet.
func (d *Driver) Updated(view []*peer.PeerRecord) {
	if d.quiet {
		return
	}
	d.write(fields{"event": "updated", "peers": peersOf(view)})
}

// Failed writes the line that tells of an exchange that somebody else began and that came to nothing.
func (d *Driver) Failed(ns string, who peer.ID, err error) {
	d.write(fields{"event": "failed", "ns": ns, "peer": who.String(), "error": err.Error()})
}

// Run says that all is ready, then carries out commands side by side until one of them is to close, or the lines end.
func (d *Driver) Run(in io.Reader, exchange Exchange) error {
	ctx, cancel := context.WithCancel(context.Background())
	d.exchange, d.ctx = exchange, ctx
	d.write(fields{"event": "ready", "id": d.host.ID().String(), "addrs": d.addresses()})
	var running sync.WaitGroup
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			d.write(fields{"event": "error", "error": err.Error()})
			continue
		}
		if c.Do == "close" {
			d.answer(c, fields{}, d.exchange.Close())
			break
		}
		running.Add(1)
		go func() {
			defer running.Done()
			result, err := d.carryOut(c)
			d.answer(c, result, err)
		}()
	}
	cancel()
	running.Wait()
	return d.host.Close()
}

func (d *Driver) carryOut(c command) (fields, error) {
	peers, err := infos(c.Peers)
	if err != nil {
		return nil, err
	}
	switch c.Do {
	case "bootstrap":
		return fields{}, d.exchange.Bootstrap(d.ctx, c.NS, peers...)
	case "repeat":
		return d.repeat(c, peers)
	case "offer":
		if o, ok := d.exchange.(offerer); ok {
			return fields{}, o.Offer(c.NS, c.Envelopes)
		}
		return nil, errors.New("this exchange takes no records from elsewhere")
	case "advertise":
		ttl, err := d.exchange.Advertise(d.ctx, c.NS)
		return fields{"ttl": ttl.Milliseconds()}, err
	case "gossip":
		return fields{}, d.gossip(c.NS)
	case "find":
		return d.find(c.NS)
	case "view":
		if v, ok := d.exchange.(viewer); ok {
			view, err := v.View(c.NS)
			return fields{"peers": peersOf(view)}, err
		}
		return d.find(c.NS)
	case "move":
		return d.move(c.Listen)
	case "write":
		return d.writeRaw(c, peers)
	case "serve":
		d.serveRaw(c)
		return fields{}, nil
	default:
		return nil, fmt.Errorf("no such command: %q", c.Do)
	}
}

// repeat exchanges so many times, one after the other, and tells how many ms each has taken.
func (d *Driver) repeat(c command, peers []peer.AddrInfo) (fields, error) {
	took := make([]float64, c.Times)
	for i := range took {
		began := time.Now()
		if err := d.exchange.Bootstrap(d.ctx, c.NS, peers...); err != nil {
			return nil, err
		}
		took[i] = float64(time.Since(began)) / float64(time.Millisecond)
	}
	return fields{"took": took}, nil
}

// gossip advertises now, and then again and again, each time when the ttl is over.
func (d *Driver) gossip(ns string) error {
	ttl, err := d.exchange.Advertise(d.ctx, ns)
	if err != nil {
		return err
	}
	go func() {
		for err == nil {
			select {
			case <-time.After(ttl):
				ttl, err = d.exchange.Advertise(d.ctx, ns)
			case <-d.ctx.Done():
				return
			}
		}
	}()
	return nil
}

func (d *Driver) find(ns string) (fields, error) {
	found, err := d.exchange.FindPeers(d.ctx, ns)
	if err != nil {
		return nil, err
	}
	peers := []Peer{}
	for info := range found {
		peers = append(peers, Peer{ID: info.ID.String(), Addrs: texts(info.Addrs)})
	}
	return fields{"peers": peers}, nil
}

func (d *Driver) addresses() []string {
	all := texts(d.host.Addrs())
	for i := range all {
		all[i] += "/p2p/" + d.host.ID().String()
	}
	return all
}

func (d *Driver) answer(c command, result fields, err error) {
	if err != nil {
		result = fields{"error": err.Error()}
	}
	result["n"], result["event"] = c.N, "answer"
	d.write(result)
}

func (d *Driver) write(line fields) {
	d.mu.Lock()
	defer d.mu.Unlock()
	// A reader that has gone is about to end this process.
	_ = d.out.Encode(line)
}

func peersOf(view []*peer.PeerRecord) []Peer {
	peers := make([]Peer, len(view))
	for i, each := range view {
		peers[i] = Peer{each.PeerID.String(), fmt.Sprint(each.Seq), texts(each.Addrs)}
	}
	return peers
}

func infos(texts []string) ([]peer.AddrInfo, error) {
	all := make([]peer.AddrInfo, len(texts))
	for i, text := range texts {
		info, err := peer.AddrInfoFromString(text)
		if err != nil {
			return nil, err
		}
		all[i] = *info
	}
	return all, nil
}

func texts(addrs []ma.Multiaddr) []string {
	all := make([]string, len(addrs))
	for i, addr := range addrs {
		all[i] = addr.String()
	}
	return all
}
