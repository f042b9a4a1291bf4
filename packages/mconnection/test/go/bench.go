package main

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/p2p/conn"
)

// bench measures both ends in this process, over TCP on loopback: `bench <handshakes> <megabytes>`.
func bench(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("bench <handshakes> <megabytes>")
	}
	handshakes, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	megabytes, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	here, there := ed25519.GenPrivKey(), ed25519.GenPrivKey()
	if _, err := connect(listener, here, there, 3); err != nil {
		return err
	}
	rate, err := connect(listener, here, there, handshakes)
	if err != nil {
		return err
	}
	// Not every byte of a short run would be representative.
	if _, err := transfer(listener, here, there, 1+megabytes/10); err != nil {
		return err
	}
	speed, err := transfer(listener, here, there, megabytes)
	if err != nil {
		return err
	}
	emit(event{"handshakesPerSecond": rate, "megabytesPerSecond": speed})
	return nil
}

// pair is a connection with a finished handshake at both ends.
func pair(listener net.Listener, here, there ed25519.PrivKey) (a, b *conn.SecretConnection, err error) {
	type end struct {
		secret *conn.SecretConnection
		err    error
	}
	other := make(chan end, 1)
	go func() {
		socket, err := listener.Accept()
		if err != nil {
			other <- end{err: err}
			return
		}
		secret, err := conn.MakeSecretConnection(socket, there)
		other <- end{secret, err}
	}()
	socket, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	if a, err = conn.MakeSecretConnection(socket, here); err != nil {
		return nil, nil, err
	}
	o := <-other
	return a, o.secret, o.err
}

func connect(listener net.Listener, here, there ed25519.PrivKey, times int) (float64, error) {
	began := time.Now()
	for i := 0; i < times; i++ {
		a, b, err := pair(listener, here, there)
		if err != nil {
			return 0, err
		}
		a.Close()
		b.Close()
	}
	return float64(times) / time.Since(began).Seconds(), nil
}

func transfer(listener net.Listener, here, there ed25519.PrivKey, megabytes int) (float64, error) {
	a, b, err := pair(listener, here, there)
	if err != nil {
		return 0, err
	}
	defer a.Close()
	defer b.Close()
	chunk := make([]byte, 1<<16)
	total := megabytes * 1_000_000
	began := time.Now()
	failed := make(chan error, 1)
	go func() {
		for left := total; left > 0; left -= len(chunk) {
			if _, err := a.Write(chunk[:min(left, len(chunk))]); err != nil {
				failed <- err
				return
			}
		}
		failed <- nil
	}()
	if _, err := io.CopyN(io.Discard, b, int64(total)); err != nil {
		return 0, err
	}
	elapsed := time.Since(began).Seconds()
	return float64(total) / 1e6 / elapsed, <-failed
}
