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

// store has the records of a namespace, by peer id.
type store interface {
	load() ([]*held, error)
	// replace deletes those of the old view that are not in the new one, and puts the new one. What another exchange has put
	// in the meantime stays.
	replace(old, new []*held) error
}

// makeStore are the stores that there are, by name.
var makeStore = map[string]func(dir, ns string) store{
	"file":   newFileStore,
	"memory": func(_, _ string) store { return flatStore{} },
	"opened": func(_, _ string) store { return openedStore{} },
}

// fileStore keeps the records of a namespace in a file, each as the flat message that casm keeps in its datastore, by peer id.
// What is written replaces the file whole, so that a process that is killed leaves the one or the other.
type fileStore struct{ file string }

func newFileStore(dir, ns string) store {
	return fileStore{filepath.Join(dir, "ns-"+hex.EncodeToString([]byte(ns))+".json")}
}

func (s fileStore) load() ([]*held, error) {
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
		each, err := unflatten(flat)
		if err != nil {
			return nil, err
		}
		view = append(view, each)
	}
	return view, nil
}

func (s fileStore) replace(old, new []*held) error {
	now, err := s.load()
	if err != nil {
		return err
	}
	kept := make(map[string][]byte, len(now))
	for _, each := range append(now, new...) {
		if find(new, each.PeerID) == nil && find(old, each.PeerID) != nil {
			continue
		}
		if kept[each.PeerID.String()], err = flatten(each); err != nil {
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

func flatten(h *held) ([]byte, error) {
	msg, err := h.message()
	if err != nil {
		return nil, err
	}
	return msg.Marshal()
}

// unflatten verifies, as casm does whenever it loads a view.
func unflatten(flat []byte) (*held, error) {
	msg, err := capnp.Unmarshal(flat)
	if err != nil {
		return nil, err
	}
	return read(msg)
}
