package peer

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"capnproto.org/go/capnp/v3"
)

// store keeps the records of a namespace in a file, each as the flat message that casm keeps in its datastore, by peer id.
// What is written replaces the file whole, so that a process that is killed leaves the one or the other.
type store struct{ file string }

func newStore(dir, ns string) store {
	return store{filepath.Join(dir, "ns-"+hex.EncodeToString([]byte(ns))+".json")}
}

func (s store) load() ([]*held, error) {
	text, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var kept map[string][]byte
	if err == nil {
		err = json.Unmarshal(text, &kept)
	}
	if err != nil {
		return nil, err
	}
	view := make([]*held, 0, len(kept))
	for _, flat := range kept {
		msg, err := capnp.Unmarshal(flat)
		if err != nil {
			return nil, err
		}
		each, err := read(msg)
		if err != nil {
			return nil, err
		}
		view = append(view, each)
	}
	return view, nil
}

// replace deletes those of the old view that are not in the new one, and puts the new one. What another exchange has put in
// the meantime stays.
func (s store) replace(old, new []*held) error {
	now, err := s.load()
	if err != nil {
		return err
	}
	kept := make(map[string][]byte, len(now))
	for _, each := range append(now, new...) {
		if find(new, each.PeerID) == nil && find(old, each.PeerID) != nil {
			continue
		}
		msg, err := each.message()
		if err != nil {
			return err
		}
		if kept[each.PeerID.String()], err = msg.Marshal(); err != nil {
			return err
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	next := s.file + ".next"
	if err = os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.file)
}
