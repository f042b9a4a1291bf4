package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/protoio"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
	"github.com/cometbft/cometbft/version"
)

// introduction is how a raw connection begins; what it leaves out is as an honest peer has it.
type introduction struct {
	Address  string `json:"address"`
	Network  string `json:"network"`
	Moniker  string `json:"moniker"`
	Listen   string `json:"listen"`
	ID       string `json:"id"`
	Block    uint64 `json:"block"`
	Version  string `json:"version"`
	Channels []int  `json:"channels"`
	TxIndex  string `json:"txIndex"`
	// Filling, in bytes, for a NodeInfo that is too large.
	Filling int `json:"filling"`
	// Instead of an honest handshake: "silent", "garbage", "half", "zero-key", "no-info".
	Fault string `json:"fault"`
}

// raw holds the connections of one key. Numbers tell them apart.
type raw struct {
	key      ed25519.PrivKey
	mu       sync.Mutex
	links    map[int]*link
	next     int
	listener net.Listener
}

func newRaw() *raw {
	r := &raw{key: ed25519.GenPrivKey(), links: map[int]*link{}}
	emit(event{"event": "ready", "id": r.id()})
	return r
}

func (r *raw) id() p2p.ID { return p2p.PubKeyToID(r.key.PubKey()) }

func (r *raw) end() {
	if r.listener != nil {
		_ = r.listener.Close()
	}
}

func (r *raw) obey(what string, line []byte) (event, error) {
	switch what {
	case "dial", "listen":
		var i introduction
		if err := json.Unmarshal(line, &i); err != nil {
			return nil, err
		}
		if what == "listen" {
			return r.listen(i)
		}
		socket, err := net.DialTimeout("tcp", i.Address, time.Second)
		if err != nil {
			return nil, err
		}
		return r.take(socket, i)
	}
	var told struct {
		Link  int    `json:"link"`
		What  string `json:"what"`
		Times int    `json:"times"`
	}
	if err := json.Unmarshal(line, &told); err != nil {
		return nil, err
	}
	r.mu.Lock()
	l := r.links[told.Link]
	r.mu.Unlock()
	if l == nil {
		return nil, fmt.Errorf("no such connection: %d", told.Link)
	}
	switch what {
	case "send":
		return nil, l.send(told.What, max(told.Times, 1))
	case "leave":
		return nil, l.socket.Close()
	}
	return nil, fmt.Errorf("no such command: %q", what)
}

// listen takes whoever comes, and introduces itself to each in the same way. A command names the address once it is known.
func (r *raw) listen(i introduction) (event, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r.listener = listener
	if i.Listen == "" {
		i.Listen = listener.Addr().String()
	}
	go func() {
		for {
			socket, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				if e, err := r.take(socket, i); err == nil {
					emit(merge(event{"event": "connected"}, e))
				} else {
					emit(event{"event": "refused", "error": err.Error()})
				}
			}()
		}
	}()
	return event{"address": fmt.Sprintf("%s@%s", r.id(), listener.Addr())}, nil
}

// take introduces itself on a socket, and then listens to what comes.
func (r *raw) take(socket net.Conn, i introduction) (event, error) {
	l := &link{socket: socket, wrote: time.Now()}
	r.mu.Lock()
	r.next++
	l.number = r.next
	r.links[l.number] = l
	r.mu.Unlock()
	e := event{"link": l.number, "id": r.id()}
	if i.Fault != "" && i.Fault != "no-info" {
		return e, l.stray(i.Fault)
	}
	secret, err := conn.MakeSecretConnection(socket, r.key)
	if err != nil {
		_ = socket.Close()
		return nil, err
	}
	l.secret = secret
	e["peer"] = p2p.PubKeyToID(secret.RemotePubKey())
	l.wrote = time.Now()
	if i.Fault == "no-info" {
		go l.drain(secret)
		return e, nil
	}
	theirs, err := l.introduce(r.nodeInfo(i))
	if err != nil {
		_ = socket.Close()
		return nil, err
	}
	e["network"], e["moniker"], e["version"] = theirs.Network, theirs.Moniker, theirs.Version
	go l.listen()
	return e, nil
}

func (r *raw) nodeInfo(i introduction) *protoNodeInfo {
	info := p2p.DefaultNodeInfo{
		ProtocolVersion: p2p.NewProtocolVersion(version.P2PProtocol, version.BlockProtocol, 0),
		DefaultNodeID:   r.id(),
		ListenAddr:      i.Listen,
		Network:         i.Network,
		Version:         software,
		Channels:        []byte{0},
		Moniker:         "raw",
		Other:           p2p.DefaultNodeInfoOther{TxIndex: "off"},
	}
	if i.ID != "" {
		info.DefaultNodeID = p2p.ID(i.ID)
	}
	if i.Block != 0 {
		info.ProtocolVersion.Block = i.Block
	}
	if i.Version != "" {
		info.Version = i.Version
	}
	if i.Moniker != "" {
		info.Moniker = i.Moniker
	}
	if i.TxIndex != "" {
		info.Other.TxIndex = i.TxIndex
	}
	if i.Channels != nil {
		info.Channels = nil
		for _, channel := range i.Channels {
			info.Channels = append(info.Channels, byte(channel))
		}
	}
	if i.Filling > 0 {
		info.Other.RPCAddress = string(make([]byte, i.Filling))
	}
	return info.ToProto()
}

// introduce says who this is while it reads who is there.
func (l *link) introduce(ours *protoNodeInfo) (*protoNodeInfo, error) {
	wrote := make(chan error, 1)
	go func() {
		_, err := protoio.NewDelimitedWriter(l.secret).WriteMsg(ours)
		wrote <- err
	}()
	theirs := &protoNodeInfo{}
	if _, err := protoio.NewDelimitedReader(l.secret, p2p.MaxNodeInfoSize()).ReadMsg(theirs); err != nil {
		return nil, err
	}
	err := <-wrote
	l.mark()
	return theirs, err
}

// stray leaves the handshake where it begins.
func (l *link) stray(how string) error {
	defer func() { go l.drain(l.socket) }()
	switch how {
	case "silent":
		return nil
	case "garbage":
		_, err := l.socket.Write(bytes.Repeat([]byte{0xff}, 1000))
		return err
	case "half":
		return l.ephemeral(noise(32))
	case "zero-key":
		return l.ephemeral(make([]byte, 32))
	}
	return fmt.Errorf("no such fault: %q", how)
}

func (l *link) ephemeral(key []byte) error {
	_, err := l.socket.Write(append([]byte{0x22, 0x0a, 0x20}, key...))
	return err
}

// drain waits for the end, whatever comes before it.
func (l *link) drain(from io.Reader) {
	l.mark()
	_, err := io.Copy(io.Discard, from)
	if err == nil {
		err = io.EOF
	}
	l.closed(err)
}

func (l *link) closed(err error) {
	_ = l.socket.Close()
	if errors.Is(err, net.ErrClosed) {
		emit(event{"event": "left", "link": l.number})
		return
	}
	l.mu.Lock()
	ms := time.Since(l.wrote).Milliseconds()
	l.mu.Unlock()
	emit(event{"event": "closed", "link": l.number, "ms": ms, "error": err.Error()})
}
