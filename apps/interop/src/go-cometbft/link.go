package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/cometbft/cometbft/libs/protoio"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
)

// link is one raw connection: a SecretConnection, and on it packets that are written by hand.
type link struct {
	number int
	socket net.Conn
	secret *conn.SecretConnection
	mu     sync.Mutex
	// When it last wrote: from there it is counted how long the other side takes to close.
	wrote time.Time
}

func (l *link) mark() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrote = time.Now()
}

// listen tells of what comes, until the connection ends. Pings are answered; nothing else is.
func (l *link) listen() {
	reader := protoio.NewDelimitedReader(l.secret, 1<<20)
	var message []byte
	for {
		p := &packet{}
		if _, err := reader.ReadMsg(p); err != nil {
			l.closed(err)
			return
		}
		switch sum := p.Sum.(type) {
		case *sumPing:
			_ = l.write(&packet{Sum: &sumPong{PacketPong: &packetPong{}}})
		case *sumPong:
			emit(event{"event": "received", "link": l.number, "kind": "pong"})
		case *sumMsg:
			message = append(message, sum.PacketMsg.Data...)
			if sum.PacketMsg.EOF {
				l.tell(sum.PacketMsg.ChannelID, message)
				message = nil
			}
		}
	}
}

func (l *link) tell(channel int32, message []byte) {
	e := event{"event": "received", "link": l.number, "kind": "other", "channel": channel}
	m := &pexMessage{}
	if channel == 0 && m.Unmarshal(message) == nil {
		switch sum := m.Sum.(type) {
		case *sumPexRequest:
			e["kind"] = "request"
		case *sumPexAddrs:
			addresses := []string{}
			for _, a := range sum.PexAddrs.Addrs {
				addresses = append(addresses, fmt.Sprintf("%s@%s:%d", a.ID, a.IP, a.Port))
			}
			e["kind"], e["addresses"] = "addresses", addresses
		}
	}
	emit(e)
}

func (l *link) write(p *packet) error {
	_, err := protoio.NewDelimitedWriter(l.secret).WriteMsg(p)
	return err
}

// message writes a message in packets of an honest size.
func (l *link) message(channel int32, message []byte) error {
	for {
		chunk := message[:min(len(message), 1024)]
		message = message[len(chunk):]
		p := &packetMsg{ChannelID: channel, EOF: len(message) == 0, Data: chunk}
		if err := l.write(&packet{Sum: &sumMsg{PacketMsg: p}}); err != nil || p.EOF {
			return err
		}
	}
}

func (l *link) send(what string, times int) error {
	defer l.mark()
	for ; times > 0; times-- {
		err := l.one(what)
		var broken *net.OpError
		if errors.As(err, &broken) {
			// The other side has closed it, and that is told where it is read.
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *link) one(what string) error {
	switch what {
	case "ping":
		return l.write(&packet{Sum: &sumPing{PacketPing: &packetPing{}}})
	case "pong":
		return l.write(&packet{Sum: &sumPong{PacketPong: &packetPong{}}})
	case "request":
		return l.pex(&pexMessage{Sum: &sumPexRequest{PexRequest: &pexRequest{}}})
	case "empty-message":
		return l.message(0, nil)
	case "unknown-message":
		// The request of Tendermint v0.35.
		return l.message(0, []byte{0x1a, 0x00})
	case "undecodable-message":
		return l.message(0, []byte{0x12, 0xff, 0xff, 0xff})
	case "large-message":
		return l.message(0, noise(64_001))
	case "endless-message":
		return l.endless()
	case "unknown-channel":
		return l.message(0x55, []byte("hello"))
	case "channel-256":
		return l.message(256, []byte("hello"))
	case "large-packet":
		return l.write(&packet{Sum: &sumMsg{PacketMsg: &packetMsg{EOF: true, Data: make([]byte, 1100)}}})
	case "unknown-packet":
		_, err := l.secret.Write([]byte{0x02, 0x4a, 0x00})
		return err
	case "undecodable-packet":
		_, err := l.secret.Write(append([]byte{0x10}, bytes.Repeat([]byte{0xff}, 16)...))
		return err
	case "bad-frame":
		_, err := l.socket.Write(noise(1044))
		return err
	}
	addresses, known := lists[what]
	if !known {
		return fmt.Errorf("%q cannot be sent", what)
	}
	return l.pex(&pexMessage{Sum: &sumPexAddrs{PexAddrs: &pexAddrs{Addrs: addresses()}}})
}

func (l *link) pex(m *pexMessage) error {
	encoded, err := m.Marshal()
	if err != nil {
		return err
	}
	return l.message(0, encoded)
}

// endless never says that a message is over.
func (l *link) endless() error {
	for i := 0; i < 1000; i++ {
		p := &packetMsg{Data: make([]byte, 1024)}
		if err := l.write(&packet{Sum: &sumMsg{PacketMsg: p}}); err != nil {
			return err
		}
	}
	return nil
}

// lists are the answers that one can give to a request.
var lists = map[string]func() []netAddress{
	"list":       func() []netAddress { return made(1) },
	"empty-list": func() []netAddress { return nil },
	"250":        func() []netAddress { return made(250) },
	"251":        func() []netAddress { return made(251) },
	"bad-ip":     func() []netAddress { return append(made(2), netAddress{ID: idOf(9), IP: "example.invalid", Port: 1}) },
	"no-ip":      func() []netAddress { return append(made(2), netAddress{ID: idOf(9), Port: 1}) },
	"bad-port":   func() []netAddress { return append(made(2), netAddress{ID: idOf(9), IP: "1.2.3.4", Port: 65536}) },
	"bad-id":     func() []netAddress { return append(made(2), netAddress{ID: "nobody", IP: "1.2.3.4", Port: 1}) },
	"private-ip": func() []netAddress { return []netAddress{{ID: idOf(9), IP: "10.0.0.1", Port: 1}} },
}

// made makes that many addresses, each in a network of its own.
func made(count int) []netAddress {
	all := make([]netAddress, count)
	for i := range all {
		all[i] = netAddress{ID: idOf(1000 + i), IP: fmt.Sprintf("%d.%d.1.1", 50+i/200, 1+i%200), Port: 26656}
	}
	return all
}

func idOf(n int) string { return fmt.Sprintf("%0*x", 2*p2p.IDByteLength, n) }

func noise(size int) []byte {
	bytes := make([]byte, size)
	_, _ = rand.Read(bytes)
	return bytes
}
