package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	stded25519 "crypto/ed25519"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/p2p/conn"
)

// recorder keeps what has been written, and tells of the first write.
type recorder struct {
	net.Conn
	mu    sync.Mutex
	bytes bytes.Buffer
	once  sync.Once
	first chan struct{}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	r.bytes.Write(b)
	r.mu.Unlock()
	r.once.Do(func() { close(r.first) })
	return r.Conn.Write(b)
}

type side struct {
	EphemeralSecret string `json:"ephemeralSecret"`
	Seed            string `json:"seed"`
	PublicKey       string `json:"publicKey"`
	// Everything that this side wrote: 35 bytes in clear, then sealed frames.
	Wire string `json:"wire"`
}

type vector struct {
	A        side     `json:"a"`
	B        side     `json:"b"`
	Messages []string `json:"messages"`
}

// printVectors runs handshakes with fixed keys; afterwards each side writes the messages, one write each.
func printVectors() error {
	var vectors []vector
	for i := byte(0); i < 2; i++ {
		v, err := record([2]byte{0x55 + 16*i, 0x77 - 16*i}, [2]byte{0xa1 + i, 0xb2 + i})
		if err != nil {
			return err
		}
		vectors = append(vectors, v)
	}
	out, err := json.MarshalIndent(vectors, "", "  ")
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, string(out))
	return nil
}

func record(ephemeral, seeds [2]byte) (vector, error) {
	messages := [][]byte{[]byte("one"), bytes.Repeat([]byte{7}, 1024), bytes.Repeat([]byte{9}, 2500)}
	left, right := net.Pipe()
	ends := [2]*recorder{{Conn: left, first: make(chan struct{})}, {Conn: right, first: make(chan struct{})}}
	var keys [2]ed25519.PrivKey
	var failed [2]error
	var done sync.WaitGroup
	for i := range ends {
		i := i
		keys[i] = ed25519.PrivKey(stded25519.NewKeyFromSeed(bytes.Repeat([]byte{seeds[i]}, 32)))
		// The ephemeral key is drawn before the first byte is written: only then may chance change.
		rand.Reader = bytes.NewReader(bytes.Repeat([]byte{ephemeral[i]}, 4096))
		done.Add(1)
		go func() {
			defer done.Done()
			failed[i] = converse(ends[i], keys[i], messages)
		}()
		<-ends[i].first
	}
	done.Wait()
	if failed[0] != nil || failed[1] != nil {
		return vector{}, fmt.Errorf("%v, %v", failed[0], failed[1])
	}
	describe := func(i int) side {
		return side{
			EphemeralSecret: hex.EncodeToString(bytes.Repeat([]byte{ephemeral[i]}, 32)),
			Seed:            hex.EncodeToString(bytes.Repeat([]byte{seeds[i]}, 32)),
			PublicKey:       hex.EncodeToString(keys[i].PubKey().Bytes()),
			Wire:            hex.EncodeToString(ends[i].bytes.Bytes()),
		}
	}
	v := vector{A: describe(0), B: describe(1)}
	for _, m := range messages {
		v.Messages = append(v.Messages, hex.EncodeToString(m))
	}
	return v, nil
}

func converse(end net.Conn, key ed25519.PrivKey, messages [][]byte) error {
	secret, err := conn.MakeSecretConnection(end, key)
	if err != nil {
		return err
	}
	wrote := make(chan error, 1)
	total := 0
	for _, m := range messages {
		total += len(m)
	}
	go func() {
		for _, m := range messages {
			if _, err := secret.Write(m); err != nil {
				wrote <- err
				return
			}
		}
		wrote <- nil
	}()
	if _, err := io.ReadFull(secret, make([]byte, total)); err != nil {
		return err
	}
	return <-wrote
}
