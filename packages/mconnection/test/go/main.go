// Runs CometBFT's own SecretConnection and MConnection, for the tests and benchmarks of the TypeScript ones. Commands come
// as JSON lines on stdin, events go as JSON lines to stdout.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// event is one line of stdout.
type event map[string]any

var stdout sync.Mutex

func emit(e event) {
	stdout.Lock()
	defer stdout.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(e); err != nil {
		os.Exit(1)
	}
}

func main() {
	what := ""
	if len(os.Args) > 1 {
		what = os.Args[1]
	}
	var err error
	switch what {
	case "peer":
		err = servePeer(os.Stdin)
	case "vectors":
		err = printVectors()
	case "bench":
		err = bench(os.Args[2:])
	default:
		err = fmt.Errorf("peer, vectors or bench, not %q", what)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
