// Package driver puts a casm exchange under the orders of another program: JSON lines in, JSON lines out. It knows nothing
// of how the exchange works, so that casm's own and ours can be driven alike.
package driver

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"github.com/libp2p/go-libp2p/core/sec"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	ma "github.com/multiformats/go-multiaddr"
)

// NewHost makes a libp2p host over TCP, Noise and yamux. Its key is kept in the directory: the same one there, the same id.
func NewHost(dir string, listen ma.Multiaddr) (*basichost.BasicHost, error) {
	key, err := loadKey(filepath.Join(dir, "key"))
	if err != nil {
		return nil, err
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return nil, err
	}
	peers, err := pstoremem.NewPeerstore()
	if err != nil {
		return nil, err
	}
	if err = errors.Join(peers.AddPubKey(id, key.GetPublic()), peers.AddPrivKey(id, key)); err != nil {
		return nil, err
	}
	network, err := newSwarm(id, key, peers)
	if err != nil {
		return nil, err
	}
	if err = network.Listen(listen); err != nil {
		return nil, err
	}
	host, err := basichost.NewHost(network, &basichost.HostOpts{})
	if err != nil {
		return nil, err
	}
	host.Start()
	return host, nil
}

func newSwarm(id peer.ID, key crypto.PrivKey, peers peerstore.Peerstore) (*swarm.Swarm, error) {
	network, err := swarm.NewSwarm(id, peers)
	if err != nil {
		return nil, err
	}
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: yamux.DefaultTransport}}
	secure, err := noise.New(noise.ID, key, muxers)
	if err != nil {
		return nil, err
	}
	upgrade, err := upgrader.New([]sec.SecureTransport{secure}, muxers, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	transport, err := tcp.NewTCPTransport(upgrade, nil, tcp.DisableReuseport())
	if err != nil {
		return nil, err
	}
	return network, network.AddTransport(transport)
}

func loadKey(file string) (crypto.PrivKey, error) {
	kept, err := os.ReadFile(file)
	if err == nil {
		return crypto.UnmarshalPrivateKey(kept)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		return nil, err
	}
	kept, err = crypto.MarshalPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, kept, 0o600)
}
