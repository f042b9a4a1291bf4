package main

import (
	"fmt"

	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/pex"
)

// watched is the PEX reactor as it is, which tells of what has happened after it has happened.
type watched struct {
	*pex.Reactor
	book pex.AddrBook
}

func (w *watched) AddPeer(peer p2p.Peer) {
	w.Reactor.AddPeer(peer)
	emit(merge(event{"event": "added"}, about(peer)))
}

func (w *watched) RemovePeer(peer p2p.Peer, reason any) {
	w.Reactor.RemovePeer(peer, reason)
	e := event{"event": "removed", "id": peer.ID()}
	if reason != nil {
		e["reason"] = fmt.Sprint(reason)
	}
	emit(e)
}

func (w *watched) Receive(envelope p2p.Envelope) {
	w.Reactor.Receive(envelope)
	e := event{"event": "received", "id": envelope.Src.ID(), "banned": w.book.IsBanned(envelope.Src.SocketAddr())}
	switch message := envelope.Message.(type) {
	case *pexRequest:
		e["kind"] = "request"
	case *pexAddrs:
		e["kind"], e["count"], e["size"] = "addresses", len(message.Addrs), w.book.Size()
	}
	emit(e)
}

func about(peer p2p.Peer) event {
	e := event{"id": peer.ID(), "outbound": peer.IsOutbound(), "persistent": peer.IsPersistent()}
	if info, ok := peer.NodeInfo().(p2p.DefaultNodeInfo); ok {
		e["moniker"], e["listen"], e["version"] = info.Moniker, info.ListenAddr, info.Version
	}
	return e
}

func merge(into, from event) event {
	for key, value := range from {
		into[key] = value
	}
	return into
}

// command does one thing that is asked of a running node.
func (n *node) command(what, address string, id p2p.ID, reason string) (event, error) {
	switch what {
	case "status":
		return n.status(), nil
	case "dial":
		to, err := p2p.NewNetAddressString(address)
		if err != nil {
			return nil, err
		}
		return nil, n.sw.DialPeerWithAddress(to)
	case "add":
		of, err := p2p.NewNetAddressString(address)
		if err != nil {
			return nil, err
		}
		return nil, n.book.AddAddress(of, of)
	case "knows":
		return n.knows(id), nil
	case "good":
		n.book.MarkGood(id)
		return n.knows(id), nil
	case "save":
		n.book.Save()
		return nil, nil
	}
	peer := n.sw.Peers().Get(id)
	if peer == nil {
		return nil, fmt.Errorf("%s: no such peer: %q", what, id)
	}
	switch what {
	case "ask":
		n.pex.RequestAddrs(peer)
		return nil, nil
	case "stop":
		if reason == "" {
			n.sw.StopPeerGracefully(peer)
		} else {
			n.sw.StopPeerForError(peer, reason)
		}
		return nil, nil
	}
	return nil, fmt.Errorf("no such command: %q", what)
}

func (n *node) status() event {
	peers := []event{}
	for _, peer := range list(n.sw.Peers()) {
		peers = append(peers, about(peer))
	}
	selection := n.book.GetSelection()
	known := []string{}
	for _, address := range selection {
		known = append(known, address.String())
	}
	// All of the book while it is small, a part of it when it is large.
	return event{"peers": peers, "size": n.book.Size(), "selection": known}
}

func (n *node) knows(id p2p.ID) event {
	address := &p2p.NetAddress{ID: id}
	known := n.book.HasAddress(address)
	return event{"known": known, "good": known && n.book.IsGood(address), "banned": n.book.IsBanned(address)}
}

// logger tells of what went wrong, and of nothing else.
type logger struct {
	of string
}

func (l *logger) Debug(text string, pairs ...any) { l.tell(text, pairs) }
func (l *logger) Info(text string, pairs ...any)  { l.tell(text, pairs) }
func (l *logger) Error(text string, pairs ...any) { l.tell(text, pairs) }
func (l *logger) With(...any) log.Logger          { return l }

func (l *logger) tell(text string, pairs []any) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == "err" && pairs[i+1] != nil {
			emit(event{"event": "logged", "of": l.of, "text": text, "error": fmt.Sprint(pairs[i+1])})
		}
	}
}
