// Golden files and vectors of CometBFT's own address book, for the tests beside this folder:
//
//	go run . groups               group keys and routability of many addresses      -> ../vectors/groups.json
//	go run . placements           bucket numbers by the hash of go-p2p 0.5.0        -> ../vectors/placements.json
//	go run . write <file>         a book with history, written by pex.AddrBook      -> ../vectors/go-addrbook.json
//	go run . read <file>          what pex.AddrBook makes of a book that we wrote   -> ../vectors/go-read.json
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand"
	"net"
	"os"
	"sort"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/pex"
)

//go:linkname groupKeyFor github.com/cometbft/cometbft/p2p/pex.groupKeyFor
func groupKeyFor(na *p2p.NetAddress, strict bool) string

func main() {
	switch os.Args[1] {
	case "groups":
		print(groups())
	case "placements":
		print(placements())
	case "write":
		write(os.Args[2])
	case "read":
		print(read(os.Args[2]))
	}
}

func print(value any) {
	text, err := json.MarshalIndent(value, "", "  ")
	must(err)
	fmt.Println(string(text))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Forms that carry other addresses, edges of every range that the group key or the routability knows, and random ones.
var literals = []string{
	"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "128.0.0.1", "10.0.0.0", "10.255.255.255", "11.0.0.1",
	"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "192.168.0.1", "192.167.255.255", "169.254.1.2",
	"100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "255.255.255.254", "1.2.3.4", "12.1.2.3",
	"::", "::1", "::2", "::ffff:1.2.3.4", "::ffff:10.0.0.1", "::1.2.3.4", "fe80::1", "fe80:0:0:1::1", "fc00::1", "fdff::1",
	"fe00::1", "2001:db8::1", "2001:db9::1", "2001:10::1", "2001:1f:ffff::1", "2001:20::1", "2001::1", "2001:0:1234::f3fe:fdfc",
	"2001:1::1", "2002:c01:203::", "2002:a00:1::1", "64:ff9b::c01:203", "64:ff9b:1::c01:203", "::ffff:0:c01:203",
	"fd87:d87e:eb43:1234::5678", "fd87:d87e:eb43:1245::6789", "fd87:d87e:eb44::1", "2001:470:1f10:a1::2", "2001:470:f000::1",
	"2001:471::1", "2602:100::1", "2a01:4f8:c0c:1::1", "2a01:4f8:c0d:1::1", "2a01:4f9::1",
}

type group struct {
	IP       string `json:"ip"`
	Any      string `json:"any"`
	Strict   string `json:"strict"`
	Valid    bool   `json:"valid"`
	Routable bool   `json:"routable"`
}

func groups() []group {
	chance := rand.New(rand.NewSource(6))
	var ips []net.IP
	for _, literal := range literals {
		ips = append(ips, net.ParseIP(literal))
	}
	for i := 0; i < 64; i++ {
		four, six := make(net.IP, 4), make(net.IP, 16)
		chance.Read(four)
		chance.Read(six)
		six[0] = 0x20 | six[0]&0x1f
		// Runs of zeros, for the text form.
		for at := 2 * (2 + chance.Intn(6)); at < 16 && chance.Intn(3) > 0; at++ {
			six[at] = 0
		}
		ips = append(ips, four, six)
	}
	var out []group
	for _, ip := range ips {
		na := p2p.NewNetAddressIPPort(ip, 26656)
		na.ID = idOf(1)
		out = append(out, group{ip.String(), groupKeyFor(na, false), groupKeyFor(na, true), na.Valid() == nil, na.Routable()})
	}
	return out
}

type placement struct {
	Key    string `json:"key"`
	Addr   string `json:"addr"`
	Port   uint16 `json:"port"`
	Source string `json:"source"`
	New    uint64 `json:"new"`
	Old    uint64 `json:"old"`
}

// The hash that go-p2p 0.5.0 had: SHA-256 twice, big end first, the key as hexadecimal text.
func hash(parts ...[]byte) uint64 {
	var all []byte
	for _, part := range parts {
		all = append(all, part...)
	}
	once := sha256.Sum256(all)
	twice := sha256.Sum256(once[:])
	return binary.BigEndian.Uint64(twice[:8])
}

func be64(value uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, value)
}

func placements() []placement {
	var out []placement
	for _, key := range []string{"000000000000000000000000", "0123456789abcdef01234567"} {
		for i, literal := range []string{"1.2.3.4", "1.2.9.9", "8.8.8.8", "173.1.2.3", "2602:100::1", "2001:470:1f10:a1::2"} {
			source := []string{"5.6.7.8", "9.9.9.9", "2a01:4f8:c0c:1::1"}[i%3]
			port := uint16(26656 + i)
			na, src := p2p.NewNetAddressIPPort(net.ParseIP(literal), port), p2p.NewNetAddressIPPort(net.ParseIP(source), 1)
			na.ID, src.ID = idOf(1), idOf(2)
			from, of := []byte(groupKeyFor(src, true)), []byte(groupKeyFor(na, true))
			k := []byte(key)
			fresh := hash(k, from, be64(hash(k, of, from)%32)) % 256
			old := hash(k, of, be64(hash(k, []byte(na.DialString()))%4)) % 64
			out = append(out, placement{key, literal, port, source, fresh, old})
		}
	}
	return out
}

func idOf(n int) p2p.ID {
	sum := sha256.Sum256([]byte(fmt.Sprint(n)))
	return p2p.ID(fmt.Sprintf("%x", sum[:20]))
}

func address(n int) *p2p.NetAddress {
	chance := rand.New(rand.NewSource(int64(n)))
	ip := net.IPv4(byte(20+chance.Intn(60)), byte(chance.Intn(256)), byte(chance.Intn(256)), byte(1+chance.Intn(250)))
	if n%5 == 0 {
		ip = net.ParseIP(fmt.Sprintf("2a01:4f8:%x::%x", chance.Intn(65536), 1+chance.Intn(65535)))
	}
	na := p2p.NewNetAddressIPPort(ip, uint16(20000+n))
	na.ID = idOf(n)
	return na
}

func write(path string) {
	book := pex.NewAddrBook(path, true)
	book.(interface{ SetLogger(log.Logger) }).SetLogger(log.NewNopLogger())
	for n := 1; n <= 60; n++ {
		for from := 0; from < 3; from++ {
			must(book.AddAddress(address(n), address(100+(n+from)%9)))
		}
		if n%3 == 0 {
			book.MarkGood(address(n).ID)
		}
		if n%4 == 0 {
			book.MarkAttempt(address(n))
		}
	}
	book.MarkBad(address(7), time.Hour)
	book.Save()
}

type summary struct {
	Size int      `json:"size"`
	Good []p2p.ID `json:"good"`
	New  []p2p.ID `json:"new"`
}

func read(path string) summary {
	copied, err := os.ReadFile(path)
	must(err)
	own, err := os.CreateTemp("", "addrbook")
	must(err)
	_, err = own.Write(copied)
	must(err)
	book := pex.NewAddrBook(own.Name(), true)
	book.(interface{ SetLogger(log.Logger) }).SetLogger(log.NewNopLogger())
	must(book.Start())
	out := summary{Size: book.Size(), Good: []p2p.ID{}, New: []p2p.ID{}}
	for n := 1; n <= 60; n++ {
		if !book.HasAddress(address(n)) {
			continue
		}
		if book.IsGood(address(n)) {
			out.Good = append(out.Good, address(n).ID)
		} else {
			out.New = append(out.New, address(n).ID)
		}
	}
	sort.Slice(out.Good, func(i, j int) bool { return out.Good[i] < out.Good[j] })
	sort.Slice(out.New, func(i, j int) bool { return out.New[i] < out.New[j] })
	must(book.Stop())
	return out
}
