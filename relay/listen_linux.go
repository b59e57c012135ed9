//go:build linux && !mips && !mipsle && !mips64 && !mips64le

package relay

import (
	"net"
	"runtime"
	"syscall"
)

// soReusePort is SO_REUSEPORT, which package syscall lacks on some
// architectures; the value is the kernel's for all that this file builds on.
const soReusePort = 0xf

// udpSockets is how many UDP sockets share the port. Linux spreads clients over
// them by address and port, so that each client stays with one.
func udpSockets() int { return runtime.GOMAXPROCS(0) }

func sharePort(network, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soReusePort, 1)
	})
	if err != nil {
		return err
	}
	return failed
}

// readBuffer is the size of the receive buffer in bytes as it was asked for;
// the kernel doubles it for its own use and reports that, see socket(7).
func readBuffer(conn *net.UDPConn) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var size int
	var failed error
	err = raw.Control(func(fd uintptr) {
		size, failed = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF)
	})
	if err != nil {
		return 0, err
	}
	return size / 2, failed
}
