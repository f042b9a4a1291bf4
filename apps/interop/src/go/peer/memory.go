package peer

import "github.com/libp2p/go-libp2p/core/peer"

// flatStore is casm's datastore without a disk: flat messages by peer, verified whenever a view is loaded.
type flatStore map[peer.ID][]byte

func (s flatStore) load() ([]*held, error) {
	view := make([]*held, 0, len(s))
	for _, flat := range s {
		each, err := unflatten(flat)
		if err != nil {
			return nil, err
		}
		view = append(view, each)
	}
	return view, nil
}

func (s flatStore) replace(old, new []*held) error {
	for _, each := range old {
		delete(s, each.PeerID)
	}
	for _, each := range new {
		flat, err := flatten(each)
		if err != nil {
			return err
		}
		s[each.PeerID] = flat
	}
	return nil
}

// openedStore holds records as they were verified when they came: the least that a Go peer could do.
type openedStore map[peer.ID]*held

func (s openedStore) load() ([]*held, error) {
	view := make([]*held, 0, len(s))
	for _, each := range s {
		view = append(view, each)
	}
	return view, nil
}

func (s openedStore) replace(old, new []*held) error {
	for _, each := range old {
		delete(s, each.PeerID)
	}
	for _, each := range new {
		s[each.PeerID] = each
	}
	return nil
}
