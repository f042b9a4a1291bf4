//go:build tools

// Keeps what CometBFT's own node is made of in go.mod and go.sum.
package main

import _ "github.com/cometbft/cometbft/cmd/cometbft"
