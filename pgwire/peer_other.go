//go:build !linux

package pgwire

import (
	"errors"
	"net"
)

// peerUser can't be told here.
func peerUser(net.Conn) (string, error) {
	return "", errors.New("the system doesn't tell who is at the other end of a Unix socket")
}
