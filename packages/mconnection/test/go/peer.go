package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p/conn"
)

// command is one line of stdin.
type command struct {
	Do      string `json:"do"`
	Address string `json:"address"`
	Channel byte   `json:"channel"`
	Size    int    `json:"size"`
	Hex     string `json:"hex"`
	// How often connections from now on ping, milliseconds; a pong may take ten less. Else what no test waits for.
	PingMs int `json:"pingMs"`
}

// Messages on echoChannel come back on the same channel; others are only reported.
const echoChannel = 0x20

func channels() []*conn.ChannelDescriptor {
	ids := []byte{0x00, 0x01, echoChannel, 0x40}
	descriptors := make([]*conn.ChannelDescriptor, len(ids))
	for i, id := range ids {
		descriptors[i] = &conn.ChannelDescriptor{
			ID: id, Priority: i + 1, SendQueueCapacity: 100, RecvBufferCapacity: 4096, RecvMessageCapacity: 1 << 20,
		}
	}
	return descriptors
}

// peer is one end of a connection at a time: it dials or listens when it is told to.
type peer struct {
	key  ed25519.PrivKey
	open chan *conn.MConnection
	mc   *conn.MConnection
	// Whoever is slow to answer because its machine is busy is not to fail for it.
	ping, pong, handshake time.Duration
}

func servePeer(in io.Reader) error {
	p := &peer{key: ed25519.GenPrivKeyFromSecret([]byte("pex")), open: make(chan *conn.MConnection, 16)}
	p.ping, p.pong, p.handshake = time.Hour, time.Hour-time.Second, 2*time.Minute
	emit(event{"event": "ready", "key": hex.EncodeToString(p.key.PubKey().Bytes())})
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return err
		}
		if err := p.obey(c); err != nil {
			emit(event{"event": "failed", "do": c.Do, "error": err.Error()})
		}
	}
	return lines.Err()
}

func (p *peer) obey(c command) error {
	if c.PingMs > 0 {
		p.ping = time.Duration(c.PingMs) * time.Millisecond
		p.pong = p.ping - 10*time.Millisecond
	}
	switch c.Do {
	case "listen":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		emit(event{"event": "listening", "address": listener.Addr().String()})
		go func() {
			for {
				socket, err := listener.Accept()
				if err != nil {
					return
				}
				go p.take(socket)
			}
		}()
		return nil
	case "dial":
		socket, err := net.Dial("tcp", c.Address)
		if err != nil {
			return err
		}
		p.take(socket)
		return nil
	case "send":
		message := bytes.Repeat([]byte{c.Channel}, c.Size)
		if c.Hex != "" {
			decoded, err := hex.DecodeString(c.Hex)
			if err != nil {
				return err
			}
			message = decoded
		}
		emit(event{"event": "sent", "ok": p.current().Send(c.Channel, message)})
		return nil
	case "flush-stop":
		p.current().FlushStop()
		emit(event{"event": "stopped"})
		return nil
	case "stop":
		return p.current().Stop()
	}
	return fmt.Errorf("no such command: %q", c.Do)
}

func (p *peer) current() *conn.MConnection {
	for {
		select {
		case p.mc = <-p.open:
		default:
			if p.mc != nil {
				return p.mc
			}
			p.mc = <-p.open
		}
	}
}

// take makes the handshake on a socket and runs a connection over it.
func (p *peer) take(socket net.Conn) {
	_ = socket.SetDeadline(time.Now().Add(p.handshake))
	secret, err := conn.MakeSecretConnection(socket, p.key)
	if err != nil {
		emit(event{"event": "refused", "error": err.Error()})
		_ = socket.Close()
		return
	}
	_ = socket.SetDeadline(time.Time{})
	var mc *conn.MConnection
	onReceive := func(channel byte, message []byte) {
		sum := sha256.Sum256(message)
		emit(event{"event": "received", "channel": channel, "size": len(message), "sha256": hex.EncodeToString(sum[:])})
		if channel == echoChannel {
			mc.Send(channel, bytes.Clone(message))
		}
	}
	onError := func(reason any) { emit(event{"event": "error", "error": fmt.Sprint(reason)}) }
	config := conn.DefaultMConnConfig()
	config.SendRate, config.RecvRate = 1<<30, 1<<30
	config.PingInterval, config.PongTimeout = p.ping, p.pong
	mc = conn.NewMConnectionWithConfig(secret, channels(), onReceive, onError, config)
	// Its channels have none until they are given one.
	mc.SetLogger(log.NewNopLogger())
	if err := mc.Start(); err != nil {
		emit(event{"event": "failed", "do": "start", "error": err.Error()})
		return
	}
	p.open <- mc
	emit(event{"event": "connected", "key": hex.EncodeToString(secret.RemotePubKey().Bytes())})
}
