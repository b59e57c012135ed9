package issue

import (
	"context"
	"sync"

	"doorlink"
	"doorlink/doorcode"
)

// book is a Ledger in memory. Like a database it lets everybody read at the
// same time and stores under compare-and-swap only.
type book struct {
	mu     sync.Mutex
	slots  map[doorcode.Place]doorcode.Slot
	leases map[lease]uint16
	writes map[doorcode.Place]int
}

type lease struct {
	door   doorlink.DoorID
	epoch  uint32
	day    doorlink.Day
	person doorlink.PersonID
}

func newBook() *book {
	return &book{
		slots:  make(map[doorcode.Place]doorcode.Slot),
		leases: make(map[lease]uint16), writes: make(map[doorcode.Place]int),
	}
}

func (b *book) ChangeSlot(ctx context.Context, door doorlink.DoorID, epoch uint32, day doorlink.Day,
	places uint16, person doorlink.PersonID, change func(doorcode.Slot) (doorcode.Slot, error)) (doorcode.Slot, error) {
	for ctx.Err() == nil {
		was, version, err := b.read(lease{door, epoch, day, person}, places)
		if err != nil {
			return was, err
		}
		next, err := change(was)
		if err != nil {
			return was, err
		}
		if b.swap(next, version) {
			return next, nil
		}
	}
	return doorcode.Slot{}, ctx.Err()
}

func (b *book) read(l lease, places uint16) (doorcode.Slot, int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	number, ok := b.leases[l]
	if !ok {
		for other := range b.leases {
			if other.door == l.door && other.epoch == l.epoch && other.day == l.day {
				number++
			}
		}
		if number >= places {
			return doorcode.Slot{}, 0, doorcode.ErrNoPlace
		}
		b.leases[l] = number
	}
	place := doorcode.Place{Door: l.door, Epoch: l.epoch, Day: l.day, Slot: number}
	s := b.slots[place]
	s.Place = place
	return s, b.writes[place], nil
}

func (b *book) swap(next doorcode.Slot, version int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writes[next.Place] != version {
		return false
	}
	b.slots[next.Place] = next
	b.writes[next.Place]++
	return true
}

// mark is what the resident's answer or the lock's log does.
func (b *book) mark(c doorlink.Doorcode, epoch uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	place := doorcode.Place{Door: c.Door, Epoch: epoch, Day: c.Day, Slot: c.Slot}
	b.slots[place] = b.slots[place].MarkUsed(c.Gen)
	b.writes[place]++
}
