package store_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"doorlink"
	"doorlink/store"
	"doorlink/store/storetest"
)

// cable is a way to a server that can be cut and joined again.
type cable struct {
	to, at string

	mu    sync.Mutex
	in    net.Listener
	conns []net.Conn

	pumps sync.WaitGroup
}

// join makes the server reachable, at the same address each time.
func (c *cable) join() error {
	in, err := net.Listen("tcp", c.at)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in, c.at = in, in.Addr().String()
	c.pumps.Go(func() {
		for {
			here, err := in.Accept()
			if err != nil {
				return
			}
			c.carry(here)
		}
	})
	return nil
}

func (c *cable) carry(here net.Conn) {
	there, err := net.Dial("tcp", c.to)
	if err != nil {
		here.Close()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns = append(c.conns, here, there)
	for _, ends := range [][2]net.Conn{{here, there}, {there, here}} {
		c.pumps.Go(func() {
			io.Copy(ends[0], ends[1])
			ends[0].Close()
		})
	}
}

// cut breaks every connection and lets no other through.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in.Close()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

// throughCable opens a fresh PostgreSQL database by a cable.
func throughCable(t *testing.T) (*store.DB, *cable) {
	t.Helper()
	u := must(url.Parse(storetest.Postgres(t)))
	c := &cable{to: u.Host, at: "127.0.0.1:0"}
	if u.Port() == "" {
		c.to = net.JoinHostPort(u.Hostname(), "5432")
	}
	if err := c.join(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.cut()
		c.pumps.Wait()
	})
	u.Host = c.at
	return storetest.Open(t, u.String()), c
}

// TestServerComesBack cuts the way to the server while sixteen goroutines
// write, and joins it again: calls fail as down meanwhile, go on afterwards
// without a new start, and what was said to be written is there.
func TestServerComesBack(t *testing.T) {
	t.Parallel()
	db, cable := throughCable(t)
	h := newHouse(t, db)
	var mu sync.Mutex
	var placed []doorlink.Call
	placeOne := func() error {
		c, err := db.AddCall(t.Context(), h.call(h.visit(), noon).HangUp(doorlink.Visitor, noon), anyCall)
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			placed = append(placed, c)
		}
		return err
	}
	var warm, all sync.WaitGroup
	for range 16 {
		warm.Add(1)
		all.Go(func() {
			fails(t, "at first", placeOne(), nil)
			warm.Done()
			for range 100000 {
				if err := placeOne(); err != nil {
					fails(t, "while the server is away", err, store.ErrDown)
					return
				}
			}
			t.Error("nothing failed")
		})
	}
	warm.Wait()
	cable.cut()
	all.Wait()
	fails(t, "a read", db.Ping(t.Context()), store.ErrDown)
	fails(t, "a write", placeOne(), store.ErrDown)
	if err := cable.join(); err != nil {
		t.Fatal(err)
	}
	goesOn(t, placeOne)
	for _, c := range placed {
		same(t, "a call", must(db.Call(t.Context(), c.ID)), c)
	}
}

// goesOn allows one failure for each connection of the pool: what is dead is
// noticed when it is used.
func goesOn(t *testing.T, try func() error) {
	t.Helper()
	var err error
	for range 17 {
		if err = try(); err == nil {
			return
		}
		fails(t, "on a dead connection", err, store.ErrDown)
	}
	t.Errorf("does not go on: %v", err)
}

// TestServerEndsItsConnections is what a restart or an administrator does.
func TestServerEndsItsConnections(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	db := storetest.Open(t, url)
	crowd(t, 16, func(int) error { return db.Ping(t.Context()) })
	storetest.Exec(t, url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	goesOn(t, func() error { return db.Ping(t.Context()) })
}

func TestServerThatIsNotThereIsDown(t *testing.T) {
	t.Parallel()
	in := must(net.Listen("tcp", "127.0.0.1:0"))
	in.Close()
	_, err := store.Open(t.Context(), "postgres://nobody:secret@"+in.Addr().String()+"/none", slog.New(slog.DiscardHandler))
	fails(t, "opening", err, store.ErrDown)
}

func TestDatabaseThatIsNotThereIsDown(t *testing.T) {
	t.Parallel()
	u := must(url.Parse(storetest.Server(t)))
	u.Path = "/doorlink_none"
	_, err := store.Open(t.Context(), u.String(), slog.New(slog.DiscardHandler))
	fails(t, "opening", err, store.ErrDown)
}

// TestDeadlockedWritesAreTriedAgain has two writes hold what the other wants.
func TestDeadlockedWritesAreTriedAgain(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.Postgres(t))
	a, b := property("a"), property("b")
	write(t, db, func(tx *store.Tx) error { return tx.AddProperty(t.Context(), a) })
	write(t, db, func(tx *store.Tx) error { return tx.AddProperty(t.Context(), b) })
	var both sync.WaitGroup
	both.Add(2)
	crowd(t, 2, func(i int) error {
		first := []doorlink.Property{a, b}[i]
		other := []doorlink.Property{b, a}[i]
		var once sync.Once
		return db.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.SetProperty(t.Context(), first); err != nil {
				return err
			}
			once.Do(func() {
				both.Done()
				both.Wait()
			})
			return tx.SetProperty(t.Context(), other)
		})
	})
	same(t, "revision", must(db.Revision(t.Context(), a.ID)), 3)
}

// TestNodesStartTogether opens one fresh database eight times at once.
func TestNodesStartTogether(t *testing.T) {
	t.Parallel()
	url := storetest.Bare(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	crowd(t, 8, func(int) error {
		db, err := store.Open(ctx, url, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		return db.Close()
	})
}

func TestCodesOfTheServerAreSorted(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"08006": store.ErrDown, // connection_failure
		"28P01": store.ErrDown, // invalid_password
		"3D000": store.ErrDown, // invalid_catalog_name
		"53100": store.ErrDown, // disk_full
		"53300": store.ErrDown, // too_many_connections
		"57P01": store.ErrDown, // admin_shutdown
		"57014": store.ErrDown, // query_canceled, by the server's own time limit
		"58030": store.ErrDown, // io_error
		"25006": store.ErrDown, // read_only_sql_transaction
		"23505": store.ErrExists,
		"23503": store.ErrMissing,
	} {
		err := store.Fault(t.Context(), "testing", fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code}))
		fails(t, code, err, want)
	}
	for _, code := range []string{"42601", "23514", "40001", "XX000"} {
		err := store.Fault(t.Context(), "testing", &pgconn.PgError{Code: code})
		same(t, code, doorlink.KindOf(err), doorlink.Internal)
	}
}
