package lock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// logFile is the part of the log that is being written: a JSON object a line,
// so that people and programs can read it without this package, and without the
// state. It is only ever appended to; a full part steps aside for the next one.
type logFile struct {
	path string
	file *os.File
	last uint64 // Seq of the last event in it, or in the part before
	size int64  // bytes that are known to be whole lines
}

const (
	logName    = "log.jsonl"
	formerName = "log.1.jsonl"
)

// openLog opens the log. A line that a power cut left unfinished is passed over
// and written over by the next event; the state still has what it said.
func openLog(path string) (logFile, error) {
	l := logFile{path: path}
	events, err := readLog(path)
	if err != nil {
		return l, err
	}
	if len(events) > 0 {
		l.last = events[len(events)-1].Seq
	}
	return l, l.open()
}

// open opens the part that is being written and finds its last whole line.
func (l *logFile) open() error {
	file, err := os.OpenFile(filepath.Join(l.path, logName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the lock's log: %w", err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		return errors.Join(fmt.Errorf("opening the lock's log: %w", err), file.Close())
	}
	l.file, l.size = file, int64(bytes.LastIndexByte(text, '\n')+1)
	return nil
}

// append writes the events that the log does not have.
func (l *logFile) append(dir *os.File, events []Event) error {
	for _, e := range events {
		if e.Seq <= l.last {
			continue
		}
		if err := l.turn(dir, e.Seq); err != nil {
			return err
		}
		if err := l.write(e); err != nil {
			return fmt.Errorf("writing the lock's log: %w", err)
		}
	}
	return nil
}

// write adds one line behind the last whole one.
func (l *logFile) write(e Event) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	if _, err := l.file.WriteAt(line, l.size); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.size += int64(len(line))
	l.last = e.Seq
	return nil
}

// turn begins a new part when the event with this Seq opens one. The part before
// the full one is gone with that, which the event itself says with FlagLost.
func (l *logFile) turn(dir *os.File, seq uint64) error {
	if seq == 1 || (seq-1)%LogSize != 0 || l.size == 0 {
		return nil
	}
	if err := os.Rename(l.file.Name(), filepath.Join(l.path, formerName)); err != nil {
		return fmt.Errorf("turning the lock's log over: %w", err)
	}
	if err := errors.Join(l.file.Close(), l.open(), dir.Sync()); err != nil {
		return fmt.Errorf("turning the lock's log over: %w", err)
	}
	return nil
}

// readLog reads both parts. Lines that are no event are passed over, since
// CheckLog finds the gap; so is a last line without an end.
func readLog(path string) ([]Event, error) {
	var events []Event
	for _, name := range []string{formerName, logName} {
		text, err := os.ReadFile(filepath.Join(path, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the lock's log: %w", err)
		}
		for line := range bytes.Lines(text[:bytes.LastIndexByte(text, '\n')+1]) {
			var e Event
			if json.Unmarshal(line, &e) == nil && e.Seq > 0 {
				events = append(events, e)
			}
		}
	}
	return events, nil
}
