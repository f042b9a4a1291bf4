// Package peer is a peer exchange of our own by casm's rules (wetware/casm 055f8da): the same wire, the same validation, the
// same merge, faults included, so that what talks to it has talked to one of casm's nodes as far as bytes and behaviour go.
package peer

import (
	"errors"
	"fmt"
	"io"

	"capnproto.org/go/capnp/v3"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/pierrec/lz4/v4"
)

// Gossip is a message of the exchange: hop in the one data word, the envelope behind the one pointer.
var gossipSize = capnp.ObjectSize{DataSize: 8, PointerCount: 1}

// held is a record as an exchange holds it.
type held struct {
	peer.PeerRecord
	hop      uint64
	envelope []byte
}

// seal makes a record of ours, which is at hop 0, from the envelope that the host has signed.
func seal(envelope *record.Envelope) (*held, error) {
	bytes, err := envelope.Marshal()
	if err != nil {
		return nil, err
	}
	return open(0, bytes)
}

// open verifies an envelope: its signature, and that it speaks of whoever signed it.
func open(hop uint64, envelope []byte) (*held, error) {
	h := &held{hop: hop, envelope: envelope}
	signed, err := record.ConsumeTypedEnvelope(envelope, &h.PeerRecord)
	if err != nil {
		return nil, err
	}
	if !h.PeerID.MatchesPublicKey(signed.PublicKey) {
		return nil, fmt.Errorf("the record of %s is signed by somebody else", h.PeerID)
	}
	return h, nil
}

func (h *held) message() (*capnp.Message, error) {
	msg, seg, err := capnp.NewMessage(capnp.SingleSegment(nil))
	if err != nil {
		return nil, err
	}
	root, err := capnp.NewRootStruct(seg, gossipSize)
	if err != nil {
		return nil, err
	}
	root.SetUint64(0, h.hop)
	return msg, root.SetData(0, h.envelope)
}

func read(msg *capnp.Message) (*held, error) {
	root, err := msg.Root()
	if err != nil {
		return nil, err
	}
	envelope, err := root.Struct().Ptr(0)
	if err != nil {
		return nil, err
	}
	return open(root.Struct().Uint64(0), append([]byte(nil), envelope.Data()...))
}

// write sends records as one LZ4 frame of packed messages.
func write(to io.Writer, records []*held) error {
	frame := lz4.NewWriter(to)
	encoder := capnp.NewPackedEncoder(frame)
	for _, each := range records {
		msg, err := each.message()
		if err == nil {
			err = encoder.Encode(msg)
		}
		if err != nil {
			return errors.Join(err, frame.Close())
		}
	}
	return errors.Join(frame.Flush(), frame.Close())
}

// readAll receives records up to the end of the stream. As in casm, nothing bounds how many there are.
func readAll(from io.Reader, maxMessageBytes uint64) ([]*held, error) {
	decoder := capnp.NewPackedDecoder(lz4.NewReader(from))
	decoder.MaxMessageSize = maxMessageBytes
	var records []*held
	for {
		msg, err := decoder.Decode()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return nil, err
		}
		each, err := read(msg)
		if err != nil {
			return nil, err
		}
		records = append(records, each)
	}
}

// validate judges a received list: somebody in it, the sender last at hop 0, nobody else there.
func validate(records []*held) error {
	if len(records) == 0 {
		return errors.New("no records")
	}
	for i, each := range records {
		if isLast := i == len(records)-1; isLast != (each.hop == 0) {
			return fmt.Errorf("record %d of %d, of %s, is at hop %d", i+1, len(records), each.PeerID, each.hop)
		}
	}
	return nil
}
