package pgwire

import (
	"errors"
	"net"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"
)

// peerUser gives the name of the user whose process is at the other end of a Unix socket.
func peerUser(nc net.Conn) (string, error) {
	u, ok := nc.(*net.UnixConn)
	if !ok {
		return "", errors.New("not a Unix socket")
	}
	sys, err := u.SyscallConn()
	if err != nil {
		return "", err
	}
	var cred *unix.Ucred
	var asked error
	if err := sys.Control(func(fd uintptr) { cred, asked = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return "", err
	}
	if asked != nil {
		return "", asked
	}
	who, err := user.LookupId(strconv.FormatUint(uint64(cred.Uid), 10))
	if err != nil {
		return "", err
	}
	return who.Username, nil
}
