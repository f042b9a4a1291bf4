package driver

import (
	"flag"
	"os"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	basichost "github.com/libp2p/go-libp2p/p2p/host/basic"
	ma "github.com/multiformats/go-multiaddr"
)

// Settings are what a peer is started with.
type Settings struct {
	// Data keeps the key and the views.
	Data string
	// Bootstrap is asked when nobody in a view answers.
	Bootstrap []peer.AddrInfo
	// Tick is the longest wait between two rounds; Timeout, how long an exchange may take.
	Tick, Timeout time.Duration
	// Store is where views are, of those that the exchange knows; Quiet does not tell of updates.
	Store string
	Quiet bool
	// View is how many peers a view has, most.
	View   int
	listen ma.Multiaddr
}

// Main runs a peer by its arguments and by the lines of standard input, with the exchange that is made for it.
func Main(args []string, make func(Settings, *basichost.BasicHost, *Driver) (Exchange, error)) error {
	settings, err := parse(args)
	if err != nil {
		return err
	}
	if err = os.MkdirAll(settings.Data, 0o700); err != nil {
		return err
	}
	host, err := NewHost(settings.Data, settings.listen)
	if err != nil {
		return err
	}
	driven := New(host, os.Stdout)
	driven.quiet = settings.Quiet
	exchange, err := make(settings, host, driven)
	if err != nil {
		return err
	}
	return driven.Run(os.Stdin, exchange)
}

func parse(args []string) (s Settings, err error) {
	set := flag.NewFlagSet("peer", flag.ContinueOnError)
	set.StringVar(&s.Data, "data", ".", "directory that keeps the key and the views")
	set.DurationVar(&s.Tick, "tick", 5*time.Minute, "longest wait between two rounds")
	set.DurationVar(&s.Timeout, "timeout", 30*time.Second, "deadline of an exchange")
	set.IntVar(&s.View, "view", 32, "peers in a view")
	set.StringVar(&s.Store, "store", "file", "where our own exchange has its views: file, memory, or opened (in memory, as they were verified)")
	set.BoolVar(&s.Quiet, "quiet", false, "do not tell of updates")
	listen := set.String("listen", "/ip4/127.0.0.1/tcp/0", "address to listen at")
	bootstrap := set.String("bootstrap", "", "addresses of peers to ask when nobody else answers, separated by commas")
	if err = set.Parse(args); err != nil {
		return s, err
	}
	if s.listen, err = ma.NewMultiaddr(*listen); err != nil || *bootstrap == "" {
		return s, err
	}
	s.Bootstrap, err = infos(strings.Split(*bootstrap, ","))
	return s, err
}
