//go:build unix

package relay

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"doorlink"
)

// loadEnv makes the test binary a relay that another one measures.
const loadEnv = "DOORLINK_RELAY_UNDER_LOAD"

func init() {
	if os.Getenv(loadEnv) != "" {
		serveUnderLoad()
		os.Exit(0)
	}
}

// serveUnderLoad writes the relay's address, and then, for each line it reads,
// the processor time it has used so far in nanoseconds.
func serveUnderLoad() {
	s, err := New(Config{Listen: "127.0.0.1:0", Secret: secret, Lan: true}, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		panic(err)
	}
	go s.Run(context.Background())
	fmt.Println(s.Addr())
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var use syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
			panic(err)
		}
		fmt.Println(use.Utime.Nano() + use.Stime.Nano())
	}
}

// underLoad is a relay in another process.
type underLoad struct {
	*Server // ours, of the same secret and address, never run: it makes credentials
	in      io.Writer
	out     *bufio.Reader
}

func startUnderLoad(b *testing.B) *underLoad {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), loadEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() {
		in.Close()
		must(b, cmd.Wait())
	})
	u := &underLoad{in: in, out: bufio.NewReader(out)}
	at, err := netip.ParseAddrPort(u.line(b))
	must(b, err)
	u.Server = &Server{secret: secret, addr: at, urls: []string{""}, homes: homes{v4: home{at.Addr(), at.Addr()}}}
	return u
}

func (u *underLoad) line(b *testing.B) string {
	b.Helper()
	line, err := u.out.ReadString('\n')
	must(b, err)
	return line[:len(line)-1]
}

func (u *underLoad) cpu(b *testing.B) (used time.Duration) {
	b.Helper()
	_, err := fmt.Fprintln(u.in)
	must(b, err)
	_, err = fmt.Sscan(u.line(b), &used)
	must(b, err)
	return used
}

// BenchmarkLoad sends 20,000 packets of 200 bytes a second through 400
// allocations: the sound of 200 calls, both sides relayed. The relay is a
// process of its own, so that its processor time is its own too; clients and
// the peer share this one.
func BenchmarkLoad(b *testing.B) {
	const clients, perSecond, size = 400, 20_000, 200
	u := startUnderLoad(b)
	sink := peer(b)
	must(b, sink.SetReadBuffer(receiveBuffer))
	must(b, sink.SetReadDeadline(time.Time{}))
	var arrived atomic.Int64
	counted := make(chan struct{})
	go func() { defer close(counted); count(sink, &arrived) }()
	b.Cleanup(func() { sink.Close(); <-counted })

	var all []*probe
	for range clients {
		p := connect(b, u.Server, "udp", servers(u.Server, newCall(), doorlink.Visitor))
		_, err := p.relay.WriteTo(make([]byte, size), sink.LocalAddr()) // permission and channel
		must(b, err)
		all = append(all, p)
	}
	waitFor(b, func() bool { return arrived.Load() == clients })
	arrived.Store(0)
	before := u.cpu(b)
	sent := 0
	for b.Loop() {
		sent += speak(b, all, sink.LocalAddr(), make([]byte, size), perSecond, 3*time.Second)
	}
	used := u.cpu(b) - before
	settle(&arrived)
	b.ReportMetric(100*(1-float64(arrived.Load())/float64(sent)), "%loss")
	b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "packets/s")
	b.ReportMetric(float64(used.Microseconds())/float64(sent), "relay-µs/packet")
}

// speak sends packets in turn from all clients, evenly, and returns how many.
func speak(b *testing.B, all []*probe, to net.Addr, packet []byte, perSecond int, during time.Duration) (sent int) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	start := time.Now()
	for {
		since := (<-tick.C).Sub(start)
		if since > during {
			return sent
		}
		for ; sent < int(since.Seconds()*float64(perSecond)); sent++ {
			_, err := all[sent%len(all)].relay.WriteTo(packet, to)
			must(b, err)
		}
	}
}

func count(sink *net.UDPConn, arrived *atomic.Int64) {
	buf := make([]byte, 2048)
	for {
		if _, _, err := sink.ReadFromUDPAddrPort(buf); err != nil {
			return
		}
		arrived.Add(1)
	}
}

// settle waits until nothing more has arrived for a while.
func settle(arrived *atomic.Int64) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for last := int64(-1); last != arrived.Load(); <-tick.C {
		last = arrived.Load()
	}
}
