package peer

import (
	"math/rand"
	"slices"

	"github.com/libp2p/go-libp2p/core/peer"
)

// Config holds the parameters of gossip, by casm's names and with its defaults.
type Config struct {
	View    int
	Swap    int
	Protect int
	Decay   float64
}

// DefaultConfig is what casm uses unless it is told otherwise.
var DefaultConfig = Config{View: 32, Swap: 10, Protect: 5, Decay: 0.005}

// snapshot puts a view in the order in which it is sent: the oldest last, the others in random order.
func (c Config) snapshot(view []*held) []*held {
	view = byHop(view)
	shuffle(view[:max(len(view)-c.Protect, 0)])
	return view
}

// sends is what a push holds of a snapshot; the own record comes behind it.
func (c Config) sends(snapshot []*held) []*held {
	return slices.Clone(snapshot[:min(c.View/2-1, len(snapshot))])
}

// merge makes the next view of a snapshot and what a partner sent.
func (c Config) merge(self peer.ID, snapshot, received []*held) []*held {
	view := slices.DeleteFunc(union(snapshot, received), func(h *held) bool { return h.PeerID == self })
	excess := max(len(view)-c.View, 0)
	view = byHop(view[min(c.Swap, excess):])

	protected := min(c.Protect, c.View, len(view))
	young, old := view[:len(view)-protected], view[len(view)-protected:]
	for decays := min(protected, max(len(view)-c.View, 0)); decays > 0 && len(old) > 0; decays-- {
		if rand.Float64() >= c.Decay {
			break
		}
		old = old[:len(old)-1]
	}
	shuffle(young)
	next := union(young[:min(c.View-len(old), len(young))], old)
	for i, each := range next {
		aged := *each
		aged.hop++
		next[i] = &aged
	}
	return next
}

// union joins two lists. Of two records of one peer that counts which is newer, or nearer; where the one is newer and the
// other nearer both stay, and the store keeps whichever comes last: so does casm.
func union(local, remote []*held) []*held {
	joined := make([]*held, 0, len(local)+len(remote))
	for _, mine := range local {
		theirs := find(remote, mine.PeerID)
		same := theirs != nil && mine.Seq == theirs.Seq && mine.hop == theirs.hop
		if theirs == nil || same || beats(mine, theirs) {
			joined = append(joined, mine)
		}
	}
	for _, theirs := range remote {
		mine := find(local, theirs.PeerID)
		if mine == nil || beats(theirs, mine) {
			joined = append(joined, theirs)
		}
	}
	return joined
}

func beats(one, other *held) bool { return one.Seq > other.Seq || one.hop < other.hop }

func find(view []*held, id peer.ID) *held {
	for _, each := range view {
		if each.PeerID == id {
			return each
		}
	}
	return nil
}

func byHop(view []*held) []*held {
	sorted := slices.Clone(view)
	slices.SortFunc(sorted, func(a, b *held) int {
		switch {
		case a.hop < b.hop:
			return -1
		case a.hop > b.hop:
			return 1
		default:
			return 0
		}
	})
	return sorted
}

func shuffle(view []*held) {
	rand.Shuffle(len(view), func(i, j int) { view[i], view[j] = view[j], view[i] })
}
