package lock

import (
	"errors"
	"slices"
)

var errPower = errors.New("the power went")

// flash is a Store in memory whose power can be cut at any write: fuel counts
// the writes until then, negative for ever. A write that the cut hits is made
// or not as torn says.
type flash struct {
	state  []byte
	events []Event
	fuel   int
	torn   bool
}

func newFlash() *flash { return &flash{fuel: -1} }

func (f *flash) Load() ([]byte, error)    { return slices.Clone(f.state), nil }
func (f *flash) Events() ([]Event, error) { return slices.Clone(f.events), nil }

func (f *flash) Save(state []byte) error {
	return f.write(func() { f.state = slices.Clone(state) })
}

func (f *flash) Append(events ...Event) error {
	for _, e := range events {
		if n := len(f.events); n > 0 && e.Seq <= f.events[n-1].Seq {
			continue
		}
		if err := f.write(func() { f.events = append(f.events, e) }); err != nil {
			return err
		}
	}
	return nil
}

func (f *flash) write(do func()) error {
	if f.fuel == 0 {
		if f.torn {
			do()
		}
		f.torn = false // nothing more is written without power
		return errPower
	}
	f.fuel--
	do()
	return nil
}
