package server

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"doorlink"
	"doorlink/api"
	"doorlink/bus"
	"doorlink/doorcode/issue"
	"doorlink/hook"
	"doorlink/office"
	"doorlink/relay"
	"doorlink/store"
	"doorlink/switchboard"
	"doorlink/web"
	"doorlink/web/console"
)

// Server is one node of doorlink, ready to run.
type Server struct {
	DB   *store.DB
	Keys Keys

	config   Config
	log      *slog.Logger
	board    *switchboard.Board
	pages    *web.Server
	console  *console.Server
	api      *api.Server
	office   *office.Office
	courier  *courier
	bus      *bus.Bus
	relay    *relay.Server // nil when it is run apart
	listener net.Listener
	metrics  net.Listener // nil unless set
	secure   *certificates
	base     string
}

// New opens everything a node needs: keys, database, bus, relay, and the
// address it listens on. Nothing is served before Run. What it opened is closed
// by Run, or by Close if Run is never called. log gets IDs only.
func New(ctx context.Context, c Config, log *slog.Logger) (*Server, error) {
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	return On(ctx, c, listener, log)
}

// On is New with a listener that exists already, such as one of pipes in a
// test. It closes the listener if it fails.
func On(ctx context.Context, c Config, listener net.Listener, log *slog.Logger) (*Server, error) {
	s := &Server{config: c, log: log, listener: listener, base: c.base(listener.Addr())}
	if err := s.open(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// open opens what lasts first, then what is made from it, then what listens.
func (s *Server) open(ctx context.Context) (err error) {
	c, log := s.config, s.log
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	if s.DB, err = store.Open(ctx, c.database(), log); err != nil {
		return err
	}
	var made bool
	if s.Keys, made, err = openKeys(ctx, c.keys(), s.DB); err != nil {
		return err
	}
	if made {
		log.Info("made new keys", "file", c.keys())
	}
	if s.bus, err = s.openBus(); err != nil {
		return err
	}
	servers, err := s.openRelay()
	if err != nil {
		return err
	}
	counter := issue.NewCounter(issue.New(s.Keys.Doorcodes, s.DB), s.DB)
	s.board = switchboard.New(s.DB, s.DB, counter, servers, s.bus, log)
	if err := s.openPages(); err != nil {
		return err
	}
	if s.secure, err = newCertificates(c, s.base, log); err != nil {
		return err
	}
	if c.Metrics != "" {
		if s.metrics, err = net.Listen("tcp", c.Metrics); err != nil {
			return fmt.Errorf("listening for metrics: %w", err)
		}
	}
	return nil
}

// openPages prepares what people see, visitors and residents and managers, and
// what programs ask for and are told.
func (s *Server) openPages() error {
	c := s.config
	s.office = office.New(s.DB, s.log)
	s.courier = newCourier(s.DB, hook.New(hook.Config{Private: c.HooksPrivate}), s.log)
	post, err := s.openWays()
	if err != nil {
		return err
	}
	signIn, err := c.SignIn(s.base)
	if err != nil {
		return err
	}
	s.console, err = console.New(console.Config{Base: s.base, Proxies: c.Proxies, Dev: c.sources(), Post: post, SSO: signIn}, s.DB, s.office, s.log)
	if err != nil {
		return err
	}
	if s.api, err = api.New(api.Config{Base: s.base, Proxies: c.Proxies}, s.office, s.log); err != nil {
		return err
	}
	s.pages, err = web.New(web.Config{
		Base: s.base, Proxies: c.Proxies, Dev: c.sources(), Welcome: s.console.Welcome,
	}, s.DB, s.board, s.log)
	return err
}

// Base is the address of this node as browsers know it, without a path.
func (s *Server) Base() string { return s.base }

// Run serves until ctx is done, then lets requests finish and closes
// everything. It returns nil for an orderly end.
func (s *Server) Run(ctx context.Context) error {
	defer s.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.board.Run(ctx) })
	g.Go(func() error { return s.pages.Run(ctx) })
	g.Go(func() error { return s.console.Run(ctx) })
	g.Go(func() error { return s.courier.run(ctx) })
	for _, c := range s.chores() {
		g.Go(func() error { return c.run(ctx, s.log) })
	}
	if s.relay != nil {
		g.Go(func() error { return s.relay.Run(ctx) })
	}
	serve(ctx, g, s.newHTTP(s.handler()), s.secure.wrap(s.listener))
	if s.metrics != nil {
		serve(ctx, g, s.newHTTP(s.figures()), s.metrics)
	}
	if a := s.secure.acme; a != nil {
		serve(ctx, g, s.newHTTP(a.challenged()), a.listener)
		g.Go(func() error { return a.run(ctx) })
	}
	s.invite(ctx)
	return g.Wait()
}

// handler leads to whoever serves an address. The console has its own part of
// the folder of styles and scripts.
func (s *Server) handler() http.Handler {
	mux, managers := http.NewServeMux(), s.console.Handler()
	mux.Handle("/", s.pages.Handler())
	mux.Handle("/console/", managers)
	mux.Handle("/api/", s.api)
	mux.Handle("/a/{hash}/console/", managers)
	return s.watched(mux)
}

// watched logs the panic of a handler, which net/http tells only those who asked for
// all it has to say, and ends the request as net/http does. Addresses are secrets,
// so the log has none.
func (s *Server) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p != http.ErrAbortHandler {
				s.log.Error("a request panicked", "panic", p, "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(w, r)
	})
}

// Close closes what New opened. Run calls it.
func (s *Server) Close() {
	s.listener.Close()
	if s.metrics != nil {
		s.metrics.Close()
	}
	if s.secure != nil && s.secure.acme != nil {
		s.secure.acme.close()
	}
	if s.relay != nil {
		s.relay.Close()
	}
	if s.bus != nil {
		s.bus.Close()
	}
	if s.DB != nil {
		if err := s.DB.Close(); err != nil {
			s.log.Warn("closing the database", "err", err)
		}
	}
}

// invite prints the set-up link of an installation without a building. It goes
// to standard error, not to the log: it is a secret.
func (s *Server) invite(ctx context.Context) {
	all, err := s.DB.Properties(ctx)
	if err != nil {
		s.log.Warn("looking for buildings", "err", err)
		return
	}
	if len(all) == 0 {
		fmt.Fprintf(os.Stderr, "\nNo building yet. Set it up at\n\n  %s\n\nThe link works once, within %d hours.\n\n", s.pages.OfferSetup(), int(web.SetupTime/time.Hour))
	}
}

// The time limits of every dialog over HTTP. Sockets leave them behind when
// they take their connection over.
const (
	headerTime   = 5 * time.Second
	requestTime  = 15 * time.Second
	answerTime   = 30 * time.Second
	idleTime     = 75 * time.Second
	shutdownTime = 5 * time.Second
	maxHeader    = 16 << 10
)

func (s *Server) newHTTP(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: answerTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// serve runs an HTTP server until ctx is done.
func serve(ctx context.Context, g *errgroup.Group, h *http.Server, l net.Listener) {
	g.Go(func() error {
		if err := h.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving %s: %w", l.Addr(), err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		if h.Shutdown(end) != nil {
			h.Close()
		}
		return nil
	})
}

func (c Config) keys() string {
	if c.Keys != "" {
		return c.Keys
	}
	return filepath.Join(c.Data, "keys.json")
}

func (c Config) database() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, "doorlink.db")
}

// sources are the pages' sources in development, nil otherwise.
func (c Config) sources() fs.FS {
	if !c.Dev {
		return nil
	}
	return os.DirFS(filepath.Join("web", "ui"))
}

func (s *Server) openBus() (*bus.Bus, error) {
	c := s.config
	switch {
	case c.BusURL != "":
		return bus.Dial(c.BusURL)
	case c.BusListen != "":
		return bus.Join(bus.Cluster{
			Node: doorlink.NewShortCode(), Listen: c.BusListen, Peers: c.BusPeers,
			Secret: hex.EncodeToString(s.Keys.derive("bus")),
		})
	}
	return bus.Embedded()
}

// openRelay opens the embedded relay, or stands in for one that is run apart.
func (s *Server) openRelay() (switchboard.Relay, error) {
	c := s.config
	if len(c.RelayURLs) > 0 {
		return relay.NewOutside(c.RelayURLs, []byte(c.RelaySecret)), nil
	}
	from, to, err := c.relayPorts()
	if err != nil {
		return nil, err
	}
	s.relay, err = relay.New(relay.Config{
		Listen: c.RelayListen, Public: c.RelayPublic, Secret: s.Keys.derive("relay"),
		MinPort: from, MaxPort: to, Lan: c.RelayLAN,
	}, s.log)
	return s.relay, err
}
