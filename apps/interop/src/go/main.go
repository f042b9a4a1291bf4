// Command interop is the Go side of casm's wire. It makes golden vectors with the libraries that casm itself is built on:
// go-libp2p for signed envelopes, go-capnp for messages, pierrec/lz4 for streams. The struct layouts are those of casm's
// schemas (file ids 0xfa005a3c690f4a62 for boot packets, 0xbbd81c151780f030 for gossip); the calls and their order are those
// of casm 055f8da, so that the bytes are what one of its nodes sends. And it runs a live peer by casm's rules.
//
// Usage: interop boot | gossip > vectors.json
//
//	interop peer --data DIR --listen ADDRESS
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pex-js/pex/apps/interop/driver"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "peer" {
		if err := driver.Main(os.Args[2:], newExchange); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	makers := map[string]func() (any, error){
		"boot":   func() (any, error) { return bootVectors() },
		"gossip": func() (any, error) { return gossipVectors() },
	}
	if len(os.Args) != 2 || makers[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: interop boot|gossip|peer")
		os.Exit(2)
	}
	vectors, err := makers[os.Args[1]]()
	if err == nil {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(vectors)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
