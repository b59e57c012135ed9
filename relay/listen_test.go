package relay

import (
	"encoding/binary"
	"log/slog"
	"net"
	"strings"
	"testing"

	"doorlink"
)

// message is a STUN binding request with n attributes of the given length.
func message(n, length int) []byte {
	m := make([]byte, 20)
	m[1] = 0x01
	copy(m[4:], []byte{0x21, 0x12, 0xa4, 0x42})
	for range n {
		m = binary.BigEndian.AppendUint16(m, 0x8022) // SOFTWARE
		m = binary.BigEndian.AppendUint16(m, uint16(length))
		m = append(m, make([]byte, (length+3)&^3)...)
	}
	binary.BigEndian.PutUint16(m[2:], uint16(len(m)-20))
	return m
}

func TestPlausible(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		packet []byte
		want   bool
	}{
		"nothing":                       {nil, true},
		"no attributes":                 {message(0, 0), true},
		"as many as may be":             {message(maxAttributes, 5), true},
		"one too many":                  {message(maxAttributes+1, 5), false},
		"full of empty ones":            {message(370, 0), false},
		"channel data that looks alike": {append([]byte{0x40}, message(370, 0)[1:]...), true},
		"one that is cut":               {message(1, 400)[:100], true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := plausible(c.packet); got != c.want {
				t.Errorf("plausible = %v, want %v", got, c.want)
			}
		})
	}
}

func FuzzPlausible(f *testing.F) {
	f.Add(message(3, 3))
	f.Add(message(370, 0))
	f.Add(message(1, 400)[:100])
	f.Fuzz(func(t *testing.T, p []byte) {
		if !plausible(p) && len(p) < 20+4*maxAttributes {
			t.Errorf("%x has no room for that many attributes", p)
		}
	})
}

func TestImplausibleMessagesGoUnanswered(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	conn, err := net.Dial("udp", s.Addr().String())
	must(t, err)
	defer conn.Close()
	id := func(m []byte, id byte) []byte { m[19] = id; return m }
	_, err = conn.Write(id(message(maxAttributes+1, 0), 1))
	must(t, err)
	_, err = conn.Write(id(message(maxAttributes, 0), 2))
	must(t, err)
	buf := make([]byte, 1500)
	if n, err := conn.Read(buf); err != nil || n < 20 || buf[19] != 2 {
		t.Errorf("the first answer is %x, %v; want that to message 2", buf[:n], err)
	}
}

func TestSmallReceiveBufferIsReported(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	socks, err := open("127.0.0.1:0", slog.New(slog.NewTextHandler(&log, nil)))
	must(t, err)
	defer socks.close()
	granted, err := readBuffer(socks.udp[0])
	must(t, err)
	if warned := strings.Contains(log.String(), "rmem_max"); warned != (granted < receiveBuffer) {
		t.Errorf("granted %d of %d bytes, warned: %v", granted, receiveBuffer, warned)
	}
}

func TestEverySocketServesThePort(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	if got, want := len(s.sockets.udp), udpSockets(); got != want {
		t.Fatalf("%d UDP sockets, want %d", got, want)
	}
	// Enough clients that one on every socket is as good as certain.
	for range 16 {
		connect(t, s, "udp", servers(s, newCall(), doorlink.Visitor))
	}
}
