package doorlinktest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"doorlink"
)

// line is the socket of an open page, with everything that was heard on it.
type line struct {
	tb       testing.TB
	conn     *websocket.Conn
	patience time.Duration
	answer   func(doorlink.Signal) // what the page does by itself; called in order
	done     chan struct{}         // closed when the socket has ended

	mu      sync.Mutex
	heard   []doorlink.Signal
	changed chan struct{} // closed and replaced whenever something is heard
	err     error         // why the socket has ended
}

// open opens the socket of a page. answer is called with every signal, before
// it counts as heard.
func (b *browser) open(path string, answer func(*line, doorlink.Signal)) {
	b.house.tb.Helper()
	b.Close()
	ctx, cancel := context.WithTimeout(context.Background(), b.house.patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, b.node.Base+path, &websocket.DialOptions{HTTPClient: b.client})
	must(b.house.tb, err)
	conn.SetReadLimit(1 << 20)
	l := &line{
		tb: b.house.tb, conn: conn, patience: b.house.patience,
		done: make(chan struct{}), changed: make(chan struct{}),
	}
	l.answer = func(s doorlink.Signal) { answer(l, s) }
	b.line = l
	go l.listen()
}

func (l *line) listen() {
	defer close(l.done)
	for {
		_, data, err := l.conn.Read(context.Background())
		var s doorlink.Signal
		if err == nil {
			err = json.Unmarshal(data, &s)
		}
		if err == nil {
			l.answer(s)
		}
		l.mu.Lock()
		if l.err = err; err == nil {
			l.heard = append(l.heard, s)
		}
		close(l.changed)
		l.changed = make(chan struct{})
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// close closes the socket and waits for its end.
func (l *line) close() {
	l.conn.Close(websocket.StatusNormalClosure, "")
	<-l.done
}

// drop breaks the connection off without a word, as a lost network does.
func (l *line) drop() {
	l.conn.CloseNow()
	<-l.done
}

// say sends a signal. A socket that has ended fails the test.
func (l *line) say(s doorlink.Signal) {
	l.tb.Helper()
	if err := l.send(s); err != nil {
		l.tb.Fatalf("saying %s: %v", s.Kind, err)
	}
}

func (l *line) send(s doorlink.Signal) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return l.sendRaw(data)
}

func (l *line) sendRaw(data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), l.patience)
	defer cancel()
	return l.conn.Write(ctx, websocket.MessageText, data)
}

// mark is the place up to which has been heard; see awaitFrom.
func (l *line) mark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.heard)
}

// await waits until something that is wanted was heard, be it long ago.
func (l *line) await(what string, wanted func(doorlink.Signal) bool) doorlink.Signal {
	l.tb.Helper()
	return l.awaitFrom(0, what, wanted)
}

// awaitFrom is await for what is heard after a mark.
func (l *line) awaitFrom(mark int, what string, wanted func(doorlink.Signal) bool) doorlink.Signal {
	l.tb.Helper()
	s, err := l.find(mark, wanted)
	if err != nil {
		l.tb.Fatalf("waiting until %s: %v; heard %s", what, err, l.story())
	}
	return s
}

func (l *line) find(mark int, wanted func(doorlink.Signal) bool) (doorlink.Signal, error) {
	late := time.NewTimer(l.patience)
	defer late.Stop()
	for {
		l.mu.Lock()
		heard, changed, err := l.heard[mark:], l.changed, l.err
		l.mu.Unlock()
		for _, s := range heard {
			if wanted(s) {
				return s, nil
			}
		}
		if err != nil {
			return doorlink.Signal{}, err
		}
		mark += len(heard)
		select {
		case <-changed:
		case <-late.C:
			return doorlink.Signal{}, fmt.Errorf("not within %v", l.patience)
		}
	}
}

// all is everything that was heard.
func (l *line) all() []doorlink.Signal {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard[:len(l.heard):len(l.heard)]
}

// story tells what was heard, for people.
func (l *line) story() string {
	var all []string
	for _, s := range l.all() {
		word := string(s.Kind)
		switch {
		case s.News != nil:
			word += " " + string(s.News.State)
		case s.Refused != nil:
			word += " " + s.Refused.Key
		}
		all = append(all, word)
	}
	return "[" + strings.Join(all, ", ") + "]"
}
