// Package quic stands in for quic-go in this program: the version that go-libp2p v0.26.3 asks for does not build with a
// Go of today, and its swarm, which we use without QUIC, wants nothing of it but the names of two versions.
package quic

// VersionNumber is a version of QUIC as it stands on the wire.
type VersionNumber uint32

const (
	// VersionDraft29 is draft-29 of the working group.
	VersionDraft29 VersionNumber = 0xff00001d
	// Version1 is RFC 9000.
	Version1 VersionNumber = 1
)
