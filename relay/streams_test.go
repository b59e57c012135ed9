package relay

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// In a bubble a client is one end of a pipe.
func admitted(t *testing.T) (s *streams, st *stream, far net.Conn) {
	t.Helper()
	s = newStreams(nil, slog.New(slog.DiscardHandler))
	far, near := net.Pipe()
	t.Cleanup(func() { far.Close() })
	if st = s.admit(near); st == nil {
		t.Fatal("not admitted")
	}
	return s, st, far
}

func TestClientWithoutAllocationIsHungUpOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, st, _ := admitted(t)
		since := time.Now()
		_, err := st.Read(make([]byte, 1))
		if !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(since) != patience {
			t.Errorf("read: %v after %v, want a time-out after %v", err, time.Since(since), patience)
		}
	})
}

// fromAddr is a connection that comes from an address.
type fromAddr struct {
	net.Conn
	addr netip.AddrPort
}

func (c fromAddr) RemoteAddr() net.Addr            { return net.TCPAddrFromAddrPort(c.addr) }
func (c fromAddr) SetReadDeadline(time.Time) error { return nil }
func (c fromAddr) Close() error                    { return nil }

func TestOneAddressDoesNotShutOthersOut(t *testing.T) {
	t.Parallel()
	s := newStreams(nil, slog.New(slog.DiscardHandler))
	port := uint16(0)
	comes := func(from string) *stream {
		port++
		return s.admit(fromAddr{addr: netip.AddrPortFrom(netip.MustParseAddr(from), port)})
	}
	var last *stream
	for range perAddress {
		if last = comes("203.0.113.7"); last == nil {
			t.Fatal("fewer than so many get in")
		}
	}
	if comes("203.0.113.7") != nil {
		t.Error("one more of the same address gets in")
	}
	other := comes("203.0.113.8")
	if other == nil {
		t.Fatal("another address is shut out")
	}
	last.Close()
	last.Close() // twice makes room once
	if comes("203.0.113.7") == nil || comes("203.0.113.7") != nil {
		t.Error("who leaves does not make room for one")
	}
	other.Close()
	if len(s.from) != 1 || s.open() != perAddress {
		t.Errorf("%d addresses and %d clients are kept", len(s.from), s.open())
	}
}

func TestClientThatOnlyTalksIsHungUpOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, st, far := admitted(t)
		go func() {
			for range 2 * maxEarly / 1024 {
				far.Write(make([]byte, 1024))
			}
		}()
		defer st.Close()
		s.stay(st.client)
		if _, err := io.CopyN(io.Discard, st, maxEarly); err != nil {
			t.Errorf("with an allocation: %v", err)
		}
		s.hurry(st.client)
		if n, err := io.CopyN(io.Discard, st, maxEarly); err != nil {
			t.Errorf("without, after %d bytes: %v", n, err)
		}
		go far.Write([]byte("x"))
		if n, err := st.Read(make([]byte, 1)); err == nil {
			t.Errorf("read %d bytes more", n)
		}
	})
}

func TestClientWithAllocationMayBeSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, st, far := admitted(t)
		s.stay(st.client)
		go func() {
			time.Sleep(time.Hour)
			far.Write([]byte("x"))
			s.hurry(st.client)
		}()
		if _, err := st.Read(make([]byte, 1)); err != nil {
			t.Errorf("read after an hour: %v", err)
		}
		synctest.Wait()
		since := time.Now()
		if _, err := st.Read(make([]byte, 1)); err == nil || time.Since(since) != patience {
			t.Errorf("without allocation again: %v after %v", err, time.Since(since))
		}
	})
}

func TestStalledClientIsHungUpOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, st, far := admitted(t)
		since := time.Now()
		if _, err := st.Write([]byte("sound")); err == nil || time.Since(since) != stalled {
			t.Errorf("write: %v after %v, want a failure after %v", err, time.Since(since), stalled)
		}
		if _, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the client reads %v, want the end", err)
		}
		st.Close()
		if got := s.open(); got != 0 {
			t.Errorf("%d clients are left", got)
		}
	})
}

// short is a listener that is out of file descriptors for a while.
type short struct {
	net.Listener
	errs  int
	conns chan net.Conn
}

func (s *short) Accept() (net.Conn, error) {
	if s.errs > 0 {
		s.errs--
		return nil, &net.OpError{Op: "accept", Err: os.ErrPermission}
	}
	if c, ok := <-s.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func TestAcceptOutlivesAShortage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		far, near := net.Pipe()
		defer far.Close()
		l := &short{errs: 3, conns: make(chan net.Conn, 1)}
		l.conns <- near
		close(l.conns)
		s := newStreams(l, slog.New(slog.DiscardHandler))
		if _, err := s.Accept(); err != nil {
			t.Errorf("Accept = %v, want a client", err)
		}
		if _, err := s.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept = %v, want the end", err)
		}
		s.closeAll()
	})
}

func TestOneClientTooManyIsHungUpOn(t *testing.T) {
	t.Parallel()
	s := newStreams(nil, slog.New(slog.DiscardHandler))
	for i := range maxStreams {
		s.live[client{tcp: true, addr: netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(i))}] = &stream{}
	}
	far, near := net.Pipe()
	defer far.Close()
	defer near.Close()
	if s.admit(near) != nil {
		t.Errorf("client %d was admitted", maxStreams+1)
	}
}
