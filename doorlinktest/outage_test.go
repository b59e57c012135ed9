package doorlinktest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"doorlink"
	"doorlink/server"
	"doorlink/store"
	"doorlink/store/storetest"
)

// cable is the way to a PostgreSQL server, which can be cut and mended.
type cable struct {
	tb     testing.TB
	url    string // of a database, by way of the cable
	server string
	here   string
	work   sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener
	open     []net.Conn
}

// newCable lays a cable to a new database; it lasts until the end of the test.
func newCable(tb testing.TB) *cable {
	tb.Helper()
	u, err := url.Parse(storetest.Postgres(tb))
	must(tb, err)
	c := &cable{tb: tb, server: u.Host, here: "127.0.0.1:0"}
	c.mend()
	u.Host = c.here
	c.url = u.String()
	tb.Cleanup(func() {
		c.cut()
		c.work.Wait()
	})
	return c
}

// mend lets connections through, at the same address as before.
func (c *cable) mend() {
	c.tb.Helper()
	l, err := net.Listen("tcp", c.here)
	must(c.tb, err)
	c.here, c.listener = l.Addr().String(), l
	c.work.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return // cut
			}
			far, err := net.Dial("tcp", c.server)
			if err != nil {
				near.Close()
				continue
			}
			c.mu.Lock()
			c.open = append(c.open, near, far)
			c.mu.Unlock()
			c.work.Go(func() { join(near, far) })
			c.work.Go(func() { join(far, near) })
		}
	})
}

func join(to, from net.Conn) {
	io.Copy(to, from) // ends when either is closed
	to.Close()
}

// cut breaks all connections off, and refuses new ones.
func (c *cable) cut() {
	c.listener.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		conn.Close()
	}
	c.open = nil
}

func TestDatabaseThatGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	c, database := newCluster(t), newCable(t)
	c.start(server.Config{
		Data: t.TempDir(), Database: database.url, RelayListen: "127.0.0.1:0", RelayLAN: true,
	}, c.listen())
	house := c.House(t)
	ana, ben := house.Resident("Ana", "4B"), house.Resident("Ben", "5C")
	visit, other := house.Scan("Front door"), house.Scan("North gate")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	visit.HearsVoice(call)

	other.Open()
	database.cut()
	status, page := visit.Get(visit.path)
	if status != http.StatusServiceUnavailable {
		t.Errorf("without the database the page has status %d, want 503", status)
	}
	house.revealsNothing("the page without a database", page, "Ana")
	if status, _ := visit.Get("/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("without the database the node is ready with %d, want 503", status)
	}
	if got := other.DialRefused("Ben"); got.Key != "store.down" || got.Status != 503 || got.Text == "" {
		t.Errorf("without the database a dial was refused with %+v", got)
	}
	if got := ana.GrantRefused(call); got.Key != "store.down" || got.Status != 503 || got.Text == "" {
		t.Errorf("without the database a code was refused with %+v", got)
	}
	ana.Writes(call, 1, "wait a moment")
	visit.Reads(call, "wait a moment") // what needs no database goes on

	database.mend()
	visit.Sees(ana.Grant(call))
	theirs := other.Dial("Ben")
	ben.Hears(theirs).Answer()
	other.Told(theirs, doorlink.Answered)
}

// TestDiskThatIsFullAndEmptiedAgain: what must last is refused while it cannot be
// kept, what need not goes on, and nothing is lost.
func TestDiskThatIsFullAndEmptiedAgain(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("mounting a small file system: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, 0)) })
	c := newCluster(t)
	c.start(server.Config{Data: disk, RelayListen: "127.0.0.1:0", RelayLAN: true}, c.listen())
	ballast := filepath.Join(disk, "ballast")
	must(t, os.WriteFile(ballast, make([]byte, 1<<20), 0o600))
	house := c.House(t)
	ana, ben := house.Resident("Ana", "4B"), house.Resident("Ben", "5C")
	visit, other := house.Scan("Front door"), house.Scan("North gate")
	call := visit.Dial("Ana")
	ana.Hears(call).Answer()
	visit.HearsVoice(call)
	code := ana.Grant(call)

	other.Open()
	c.fillDisk()
	if got := other.DialRefused("Ben"); got.Key != "store.down" || got.Status != 503 || got.Text == "" {
		t.Errorf("on a full disk a dial was refused with %+v", got)
	}
	if got := ana.GrantRefused(call); got.Key != "store.down" || got.Status != 503 || got.Text == "" {
		t.Errorf("on a full disk a code was refused with %+v", got)
	}
	other.Load() // what is only read goes on
	ana.Writes(call, 1, "wait a moment")
	visit.Reads(call, "wait a moment")
	visit.Reload()
	visit.Told(call, doorlink.Answered)
	visit.SeesAgain(code)

	must(t, os.Remove(ballast))
	visit.Sees(ana.Grant(call))
	theirs := other.Dial("Ben")
	ben.Hears(theirs).Answer()
	other.Told(theirs, doorlink.Answered)
}

// fillDisk writes to the database, less and less at a time, until nothing more
// fits.
func (c *Cluster) fillDisk() {
	c.tb.Helper()
	ctx := context.Background()
	for size := 256 << 10; size > 0; size /= 4 {
		for full := false; !full; {
			p := doorlink.Property{ID: doorlink.NewID[doorlink.PropertyID]("prop"), Notice: strings.Repeat("x", size)}
			err := c.DB.Write(ctx, func(tx *store.Tx) error { return tx.AddProperty(ctx, p) })
			if full = errors.Is(err, store.ErrDown); !full {
				must(c.tb, err)
			}
		}
	}
}
