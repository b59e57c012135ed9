package relay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// receiveBuffer is what the kernel shall hold for one UDP socket while it waits
// to be read, in bytes. With the usual 200 kB a busy relay loses every tenth
// packet.
const receiveBuffer = 4 << 20

// sockets are what clients send to: one TCP listener, and one UDP socket per
// processor on the same port where the kernel can share a port among sockets,
// since one goroutine reads each.
type sockets struct {
	tcp *net.TCPListener
	udp []*net.UDPConn
}

// open opens the sockets on address. If it leaves the port to the kernel, a
// port is tried that is free for both protocols.
func open(address string, log *slog.Logger) (sockets, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return sockets{}, err
	}
	tries := 1
	if port == "0" || port == "" {
		tries = 10
	}
	var s sockets
	for range tries {
		if s, err = openOnce(address); err == nil {
			s.growBuffers(log)
			return s, nil
		}
	}
	return sockets{}, err
}

// openOnce binds TCP first, which no two processes can share, so that a second
// relay on a port fails instead of taking half of the packets of the first.
func openOnce(address string) (sockets, error) {
	tcp, err := net.Listen("tcp", address)
	if err != nil {
		return sockets{}, err
	}
	s := sockets{tcp: tcp.(*net.TCPListener)}
	config := net.ListenConfig{Control: sharePort}
	for range udpSockets() {
		udp, err := config.ListenPacket(context.Background(), "udp", tcp.Addr().String())
		if err != nil {
			s.close()
			return sockets{}, err
		}
		s.udp = append(s.udp, udp.(*net.UDPConn))
	}
	return s, nil
}

func (s sockets) addr() netip.AddrPort { return s.tcp.Addr().(*net.TCPAddr).AddrPort() }

// close closes them all; errors of a socket that is given up mean nothing.
func (s sockets) close() {
	s.tcp.Close()
	for _, udp := range s.udp {
		udp.Close()
	}
}

// growBuffers asks for large receive buffers and says so if the kernel does not
// grant them; the relay works without, as long as it is not busy.
func (s sockets) growBuffers(log *slog.Logger) {
	for _, udp := range s.udp {
		err := udp.SetReadBuffer(receiveBuffer)
		granted := receiveBuffer
		if err == nil {
			granted, err = readBuffer(udp)
		}
		if err != nil || granted < receiveBuffer {
			log.Warn("relay will lose packets when busy: the kernel limits its receive buffer",
				"granted", granted, "wanted", receiveBuffer, "setting", "net.core.rmem_max", "err", err)
			return
		}
	}
}

// maxAttributes is how many attributes a message may have; browsers send ten at
// most. The library spends microseconds on each before it knows who sends, so a
// datagram full of empty ones would cost a millisecond.
const maxAttributes = 32

// socket is a UDP socket that outlives a failed read, which the library takes
// for the end of the relay, and leaves out what is made to waste its time.
type socket struct {
	*net.UDPConn
	log *slog.Logger
}

// ReadFrom returns an error only when the socket is closed.
func (s socket) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := s.UDPConn.ReadFrom(p)
		switch {
		case err == nil && plausible(p[:n]), errors.Is(err, net.ErrClosed):
			return n, from, err
		case err != nil:
			pause(s.log, fmt.Errorf("reading a packet: %w", err))
		}
	}
}

// plausible reports whether a datagram is anything but a STUN message with too
// many attributes (RFC 8489 sections 5 and 14). Its other faults are for the
// library to find.
func plausible(p []byte) bool {
	const header = 20
	if len(p) < header || p[0]>>6 != 0 {
		return true // channel data, or nothing
	}
	p = p[header:]
	for n := 0; len(p) >= 4; n++ {
		size := 4 + (int(binary.BigEndian.Uint16(p[2:]))+3)&^3
		if n == maxAttributes {
			return false
		}
		p = p[min(size, len(p)):]
	}
	return true
}

// pause keeps a loop from spinning on an error that will pass, such as no free
// file descriptors.
func pause(log *slog.Logger, err error) {
	log.Error("relay is short of something", "err", err)
	time.Sleep(100 * time.Millisecond)
}
