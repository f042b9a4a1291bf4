package main

import (
	"capnproto.org/go/capnp/v3"
	"github.com/libp2p/go-libp2p/core/record"
)

// The arms of Packet's union, in the order of the schema.
const (
	request  = 0
	survey   = 1
	response = 2
)

type bootVector struct {
	Name      string   `json:"name"`
	Seed      byte     `json:"seed"`
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	Namespace string   `json:"namespace"`
	Distance  uint8    `json:"distance"`
	Addresses []string `json:"addresses"`
	// Hex: the packed payload, and the envelope that goes into the datagram.
	Payload  string `json:"payload"`
	Datagram string `json:"datagram"`
}

// packet is the record inside an envelope; only sealing needs it.
type packet struct{ payload []byte }

func (packet) Domain() string                   { return "casm-boot-record" }
func (packet) Codec() []byte                    { return []byte{0x1f, 0x00} }
func (p packet) MarshalRecord() ([]byte, error) { return p.payload, nil }
func (packet) UnmarshalRecord([]byte) error     { return nil }

func bootVectors() ([]bootVector, error) {
	many := []string{
		"/ip4/192.0.2.1/tcp/4001", "/ip4/192.0.2.1/udp/4001/quic", "/ip6/2001:db8::1/tcp/4001",
		"/dns4/host-1.example.com/tcp/443/tls/ws",
	}
	cases := []struct {
		name, kind, ns string
		seed           byte
		distance       uint8
		addresses      []string
	}{
		{"a request", "request", "pex", 1, 0, nil},
		{"a request for the namespace without a name", "request", "", 2, 0, nil},
		{"a request for a namespace of many bytes", "request", "org.example.a-cluster.of-many.words/größe", 3, 0, nil},
		{"a survey of everybody", "survey", "pex", 1, 255, nil},
		{"a survey at distance 0", "survey", "pex", 4, 0, nil},
		{"a survey at distance 24", "survey", "casm", 5, 24, nil},
		{"a response without addresses", "response", "pex", 6, 0, []string{}},
		{"a response with one address", "response", "pex", 7, 0, []string{"/ip4/192.0.2.1/tcp/4001"}},
		{"a response with several addresses", "response", "casm", 8, 0, many},
	}
	vectors := make([]bootVector, 0, len(cases))
	for _, c := range cases {
		n, err := newNode(c.seed)
		if err != nil {
			return nil, err
		}
		payload, err := bootPacket(n, c.kind, c.ns, c.distance, c.addresses)
		if err != nil {
			return nil, err
		}
		envelope, err := record.Seal(packet{payload}, n.key)
		if err != nil {
			return nil, err
		}
		datagram, err := envelope.Marshal()
		if err != nil {
			return nil, err
		}
		addresses := c.addresses
		if addresses == nil {
			addresses = []string{}
		}
		vectors = append(vectors, bootVector{
			c.name, c.seed, n.id.String(), c.kind, c.ns, c.distance, addresses, toHex(payload), toHex(datagram),
		})
	}
	return vectors, nil
}

func bootPacket(n node, kind, ns string, distance uint8, texts []string) ([]byte, error) {
	msg, seg, err := capnp.NewMessage(capnp.SingleSegment(nil))
	if err != nil {
		return nil, err
	}
	root, err := capnp.NewRootStruct(seg, capnp.ObjectSize{DataSize: 8, PointerCount: 3})
	if err != nil {
		return nil, err
	}
	if err = root.SetText(0, ns); err != nil {
		return nil, err
	}
	switch kind {
	case "request":
		root.SetUint16(0, request)
		err = root.SetText(1, string(n.id))
	case "survey":
		root.SetUint16(0, survey)
		root.SetUint8(2, distance)
		err = root.SetText(1, string(n.id))
	default:
		root.SetUint16(0, response)
		if err = root.SetText(1, string(n.id)); err == nil {
			err = setAddresses(root, seg, texts)
		}
	}
	if err != nil {
		return nil, err
	}
	return msg.MarshalPacked()
}

func setAddresses(root capnp.Struct, seg *capnp.Segment, texts []string) error {
	addrs, err := multiaddrs(texts)
	if err != nil {
		return err
	}
	list, err := capnp.NewDataList(seg, int32(len(addrs)))
	if err != nil {
		return err
	}
	if err = root.SetPtr(2, list.ToPtr()); err != nil {
		return err
	}
	for i, addr := range addrs {
		if err = list.Set(i, addr.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
