package main

import (
	"bytes"

	"capnproto.org/go/capnp/v3"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/pierrec/lz4/v4"
)

type gossipRecord struct {
	Seed      byte     `json:"seed"`
	ID        string   `json:"id"`
	Seq       uint64   `json:"seq"`
	Hop       uint64   `json:"hop"`
	Addresses []string `json:"addresses"`
	// Hex: the signed envelope, and the message that carries it, flat and packed.
	Envelope string `json:"envelope"`
	Flat     string `json:"flat"`
	Packed   string `json:"packed"`
}

type gossipVector struct {
	Name    string         `json:"name"`
	Records []gossipRecord `json:"records"`
	// Hex: what one side of an exchange sends, an LZ4 frame of packed messages.
	Stream string `json:"stream"`
}

func gossipVectors() ([]gossipVector, error) {
	one := []string{"/ip4/192.0.2.1/tcp/4001"}
	several := []string{"/ip4/192.0.2.2/tcp/4001", "/ip6/2001:db8::2/udp/4001/quic", "/dns4/host-2.example.com/tcp/443/tls/ws"}
	full := make([]gossipRecord, 0, 16)
	for i := byte(1); i < 16; i++ {
		full = append(full, gossipRecord{Seed: i, Seq: 1_690_000_000_000_000_000 + uint64(i), Hop: uint64(i), Addresses: several})
	}
	full = append(full, gossipRecord{Seed: 16, Seq: 7, Hop: 0, Addresses: one})
	cases := []gossipVector{
		{Name: "the own record alone", Records: []gossipRecord{{Seed: 1, Seq: 1, Hop: 0, Addresses: one}}},
		{Name: "two records of several addresses", Records: []gossipRecord{
			{Seed: 2, Seq: 1_690_000_000_000_000_000, Hop: 3, Addresses: several},
			{Seed: 3, Seq: 2, Hop: 0, Addresses: several},
		}},
		{Name: "hops from 1 to the highest", Records: []gossipRecord{
			{Seed: 4, Seq: 1, Hop: 1, Addresses: one},
			{Seed: 5, Seq: 1, Hop: 1 << 32, Addresses: one},
			{Seed: 6, Seq: 1, Hop: 1<<64 - 1, Addresses: one},
			{Seed: 7, Seq: 1, Hop: 0, Addresses: one},
		}},
		{Name: "half a full view and the own record", Records: full},
	}
	for i := range cases {
		if err := fill(&cases[i]); err != nil {
			return nil, err
		}
	}
	return cases, nil
}

// fill signs the records of an exchange and sends them into memory.
func fill(vector *gossipVector) error {
	var out bytes.Buffer
	frames := lz4.NewWriter(&out)
	encoder := capnp.NewPackedEncoder(frames)
	for i := range vector.Records {
		msg, err := gossipMessage(&vector.Records[i])
		if err != nil {
			return err
		}
		if err = encoder.Encode(msg); err != nil {
			return err
		}
	}
	if err := frames.Close(); err != nil {
		return err
	}
	vector.Stream = toHex(out.Bytes())
	return nil
}

func gossipMessage(r *gossipRecord) (*capnp.Message, error) {
	n, err := newNode(r.Seed)
	if err != nil {
		return nil, err
	}
	addrs, err := multiaddrs(r.Addresses)
	if err != nil {
		return nil, err
	}
	envelope, err := record.Seal(&peer.PeerRecord{PeerID: n.id, Addrs: addrs, Seq: r.Seq}, n.key)
	if err != nil {
		return nil, err
	}
	sealed, err := envelope.Marshal()
	if err != nil {
		return nil, err
	}
	msg, seg, err := capnp.NewMessage(capnp.SingleSegment(nil))
	if err != nil {
		return nil, err
	}
	root, err := capnp.NewRootStruct(seg, capnp.ObjectSize{DataSize: 8, PointerCount: 1})
	if err != nil {
		return nil, err
	}
	root.SetUint64(0, r.Hop)
	if err = root.SetData(0, sealed); err != nil {
		return nil, err
	}
	flat, err := msg.Marshal()
	if err != nil {
		return nil, err
	}
	packed, err := msg.MarshalPacked()
	r.ID, r.Envelope, r.Flat, r.Packed = n.id.String(), toHex(sealed), toHex(flat), toHex(packed)
	return msg, err
}
