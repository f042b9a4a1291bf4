package peer

import (
	"fmt"
	"testing"

	"github.com/libp2p/go-libp2p/core/peer"
)

const self = peer.ID("self")

func at(id string, seq, hop uint64) *held {
	return &held{PeerRecord: peer.PeerRecord{PeerID: peer.ID(id), Seq: seq}, hop: hop}
}

// many are records of different peers at hops from 1 up.
func many(prefix string, n int) []*held {
	view := make([]*held, n)
	for i := range view {
		view[i] = at(fmt.Sprint(prefix, i), 1, uint64(i+1))
	}
	return view
}

func has(view []*held, id string, seq, hop uint64) bool {
	each := find(view, peer.ID(id))
	return each != nil && each.Seq == seq && each.hop == hop
}

func TestViewStaysAtItsSize(t *testing.T) {
	view := DefaultConfig.merge(self, many("a", 32), many("b", 16))
	if len(view) != DefaultConfig.View {
		t.Fatalf("%d peers", len(view))
	}
}

func TestHopsCountUpAndSelfIsLeftOut(t *testing.T) {
	view := DefaultConfig.merge(self, []*held{at("a", 1, 3)}, []*held{at("self", 1, 2), at("b", 1, 0)})
	if len(view) != 2 || !has(view, "a", 1, 4) || !has(view, "b", 1, 1) {
		t.Fatal(view)
	}
}

func TestOfTwoRecordsOfAPeer(t *testing.T) {
	for _, c := range []struct {
		name          string
		local, remote *held
		want          []string
	}{
		{"equal ones are one", at("a", 1, 1), at("a", 1, 1), []string{"1/1"}},
		{"the newer one counts", at("a", 1, 1), at("a", 2, 1), []string{"2/1"}},
		{"the local one may be the newer", at("a", 2, 1), at("a", 1, 1), []string{"2/1"}},
		{"of equal seq the nearer counts", at("a", 1, 5), at("a", 1, 2), []string{"1/2"}},
		{"where they disagree both stay", at("a", 1, 1), at("a", 2, 9), []string{"1/1", "2/9"}},
	} {
		joined := union([]*held{c.local}, []*held{c.remote})
		got := []string{}
		for _, each := range joined {
			got = append(got, fmt.Sprintf("%d/%d", each.Seq, each.hop))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestSwapGivesUpTheHead(t *testing.T) {
	view := Config{View: 4, Swap: 2}.merge(self, many("a", 4), many("b", 2))
	for _, given := range []string{"a0", "a1"} {
		if find(view, peer.ID(given)) != nil {
			t.Errorf("%s stays", given)
		}
	}
	if len(view) != 4 {
		t.Errorf("%d peers", len(view))
	}
}

func TestTheOldestAreProtectedUnlessTheyDecay(t *testing.T) {
	old := []*held{at("x", 1, 90), at("y", 1, 91)}
	kept := func(decay float64) int {
		config := Config{View: 4, Protect: 2, Decay: decay}
		view := config.merge(self, append(many("a", 2), old...), many("b", 2))
		n := 0
		for _, each := range old {
			if find(view, each.PeerID) != nil {
				n++
			}
		}
		return n
	}
	for i := 0; i < 100; i++ {
		if kept(0) != 2 {
			t.Fatal("an old one has gone without decay")
		}
		if kept(1) != 0 {
			t.Fatal("an old one has stayed")
		}
	}
}

func TestAPushIsHalfAViewLessOne(t *testing.T) {
	if n := len(DefaultConfig.sends(DefaultConfig.snapshot(many("a", 32)))); n != 15 {
		t.Fatalf("%d records before the own one", n)
	}
}

func TestTheSnapshotEndsWithTheOldest(t *testing.T) {
	snapshot := DefaultConfig.snapshot(many("a", 32))
	for i, each := range snapshot[27:] {
		if each.hop != uint64(28+i) {
			t.Fatalf("hop %d at place %d", each.hop, 27+i)
		}
	}
}

func TestWhatIsReceivedHasItsSenderLastAndNobodyElseAtHop0(t *testing.T) {
	sound := []*held{at("a", 1, 1), at("b", 1, 0)}
	for name, wrong := range map[string][]*held{
		"nothing":              {},
		"no sender":            {at("a", 1, 1)},
		"the sender first":     {at("b", 1, 0), at("a", 1, 1)},
		"the sender not alone": {at("a", 1, 0), at("b", 1, 0)},
	} {
		if validate(wrong) == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if err := validate(sound); err != nil {
		t.Error(err)
	}
}
