module github.com/pex-js/pex/apps/interop/casm

go 1.20

// `go get github.com/wetware/casm@055f8da` writes what else is required: see the README.
require github.com/pex-js/pex/apps/interop v0.0.0

replace github.com/pex-js/pex/apps/interop => ../
