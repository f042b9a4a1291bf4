// Runs CometBFT's own peer-to-peer layer for the tests of the TypeScript one. Commands come as JSON lines on stdin, answers
// and events go as JSON lines to stdout:
//
//	node   a p2p.Switch with a pex.Reactor and a pex.AddrBook, put together as CometBFT's node does it
//	raw    connections on which the commands say what is sent, whatever the rules are
//	judge  what bytes are taken for
package main

import (
	"bufio"
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

// obeys is something that takes commands. It may be called for several at once.
type obeys interface {
	obey(what string, line []byte) (event, error)
	end()
}

// serve reads commands until the input ends; each is answered with its number, in whatever order they are done.
func serve(o obeys) error {
	defer o.end()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var command struct {
			N  int    `json:"n"`
			Do string `json:"do"`
		}
		line := append([]byte(nil), lines.Bytes()...)
		if err := json.Unmarshal(line, &command); err != nil {
			return err
		}
		if command.Do == "close" {
			return nil
		}
		go func() {
			answer, err := o.obey(command.Do, line)
			if answer == nil {
				answer = event{}
			}
			if err != nil {
				answer["error"] = err.Error()
			}
			answer["event"], answer["n"] = "answer", command.N
			emit(answer)
		}()
	}
	return lines.Err()
}

func main() {
	what := ""
	if len(os.Args) > 1 {
		what = os.Args[1]
	}
	var err error
	switch what {
	case "node":
		err = serve(&node{})
	case "raw":
		err = serve(newRaw())
	case "judge":
		err = serve(judge{})
	default:
		err = fmt.Errorf("node, raw or judge, not %q", what)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
