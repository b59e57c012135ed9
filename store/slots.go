package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"time"

	"doorlink"
	"doorlink/doorcode"
)

// generation is one row of codes: what became of one generation of a slot. The
// zero value, with its number, is one of which nothing is known.
type generation struct {
	Gen   uint8
	Given doorcode.Given
	Used  bool
}

var (
	// A slot is found by its person, and a free one by what is missing in the
	// row of numbers.
	slotOf = query[int64]{"looking for a slot",
		`SELECT slot FROM slots WHERE door = $1 AND epoch = $2 AND day = $3 AND person = $4`, number[int64], errNone}
	slotsTaken = query[int64]{"looking for a free slot",
		`SELECT slot FROM slots WHERE door = $1 AND epoch = $2 AND day = $3 ORDER BY slot`, number[int64], nil}
	takeSlot = statement{"taking a slot",
		`INSERT INTO slots (door, epoch, day, slot, person) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`}

	// A code is written when it is given and again when it is known to be used;
	// what was shown and said about it stays. One that was called back counts as
	// burnt: it keeps its place, and nobody is given it again.
	codesOf = query[generation]{"reading the codes of a slot",
		`SELECT gen, call, nth, (burnt OR cancelled_at > 0), used FROM codes
		WHERE door = $1 AND epoch = $2 AND day = $3 AND slot = $4 ORDER BY gen`, scanGeneration, nil}
	putCode = statement{"writing a code",
		`INSERT INTO codes (door, epoch, day, slot, gen, person, call, nth, burnt, used, issued_at, shown_at, opened)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, '')
		ON CONFLICT (door, epoch, day, slot, gen) DO UPDATE
		SET call = excluded.call, nth = excluded.nth, burnt = excluded.burnt, used = excluded.used`}

	// One statement, unlike AddRecord: the door tells its property, too.
	addCodeRecord = statement{"putting a code on record",
		`INSERT INTO records (id, kind, property, door, door_type, person, own, call, state, at)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), property, id, type, CAST($4 AS TEXT), FALSE, CAST($5 AS TEXT), '',
			CAST($6 AS BIGINT)
		FROM doors WHERE id = $3`}
)

// errNone stands for the absence of a row inside this package.
var errNone = errors.New("no row")

// ChangeSlot applies change to what is known of a person's codes of a day at a
// door, and returns the result once it is durable. A person without a slot of
// that day gets the lowest free one below places and keeps it; when all are
// taken the error is doorcode.ErrNoPlace. Changes to one door and day take
// turns. change runs while its turn lasts, so it must be quick, and perhaps more
// than once, so it must be pure. Its error leaves everything as it was. Every
// code that was given is put on record.
func (db *DB) ChangeSlot(ctx context.Context, door doorlink.DoorID, epoch uint32, day doorlink.Day, places uint16,
	person doorlink.PersonID, change func(doorcode.Slot) (doorcode.Slot, error),
) (doorcode.Slot, error) {
	at := doorcode.Place{Door: door, Epoch: epoch, Day: day}
	var slot doorcode.Slot
	err := db.Write(ctx, func(tx *Tx) error {
		if err := tx.alone(ctx, fmt.Sprintf("codes:%s:%d", door, day)); err != nil {
			return err
		}
		was, err := slotFor(ctx, tx.on, at, places, person)
		if err != nil {
			return err
		}
		if slot, err = change(was); err != nil || reflect.DeepEqual(slot, was) {
			return err
		}
		return tx.changeSlot(ctx, was, slot, person)
	})
	return slot, err
}

// changeSlot writes the difference between was, which is what is there, and
// next.
func (tx *Tx) changeSlot(ctx context.Context, was, next doorcode.Slot, person doorlink.PersonID) error {
	p := was.Place
	if _, err := takeSlot.exec(ctx, tx.on, p.Door, p.Epoch, p.Day, p.Slot, person); err != nil {
		return err
	}
	now := time.Now()
	for gen := range uint8(doorcode.Generations) {
		before, after := generationOf(was, gen), generationOf(next, gen)
		if before == after {
			continue
		}
		if err := tx.putCode(ctx, p, person, after, now); err != nil {
			return err
		}
		if before.Given == after.Given || after.Given.Burnt {
			continue
		}
		if err := tx.addCodeRecord(ctx, p, person, after.Given.Ask.Call, now); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) putCode(ctx context.Context, p doorcode.Place, person doorlink.PersonID, g generation, now time.Time) error {
	ask := g.Given.Ask
	_, err := putCode.exec(ctx, tx.on, p.Door, p.Epoch, p.Day, p.Slot, g.Gen, person,
		ask.Call, ask.Nth, g.Given.Burnt, g.Used, ms(now))
	return err
}

// addCodeRecord puts on record that a code was given, to whom and in which call,
// never which, and tells webhooks.
func (tx *Tx) addCodeRecord(ctx context.Context, p doorcode.Place, person doorlink.PersonID, call doorlink.CallID, now time.Time) error {
	n, err := addCodeRecord.exec(ctx, tx.on, doorlink.NewID[doorlink.RecordID]("rec"), doorlink.CodeRecord,
		p.Door, person, call, ms(now))
	if err == nil && n == 0 {
		err = ErrMissing
	}
	if err != nil {
		return err
	}
	return tx.tellRecord(ctx, doorlink.CodeGenerated, doorlink.Scene{}, doorlink.Record{
		Kind: doorlink.CodeRecord, Door: p.Door, Person: person, Call: call, At: now,
	})
}

// slotFor reads the person's slot of the day at the place, or makes an empty
// one with the lowest free number, which nobody has taken yet.
func slotFor(ctx context.Context, on runner, at doorcode.Place, places uint16, person doorlink.PersonID) (doorcode.Slot, error) {
	n, err := slotOf.first(ctx, on, at.Door, at.Epoch, at.Day, person)
	if errors.Is(err, errNone) {
		at.Slot, err = freeSlot(ctx, on, at, places)
		return doorcode.Slot{Place: at}, err
	}
	if err != nil {
		return doorcode.Slot{}, err
	}
	at.Slot = uint16(n) // below places, which is one
	s := doorcode.Slot{Place: at}
	rows, err := codesOf.all(ctx, on, at.Door, at.Epoch, at.Day, at.Slot)
	for _, g := range rows {
		if g.Given != (doorcode.Given{}) {
			s.Given = append(s.Given, g.Given)
		}
		if g.Used {
			s = s.MarkUsed(g.Gen)
		}
	}
	return s, err
}

// freeSlot is the lowest number that is not taken, so that the slots of a day
// are dense: the lock keeps places for the lowest ones only.
func freeSlot(ctx context.Context, on runner, at doorcode.Place, places uint16) (uint16, error) {
	taken, err := slotsTaken.all(ctx, on, at.Door, at.Epoch, at.Day)
	if err != nil {
		return 0, err
	}
	for free := range places {
		if int(free) >= len(taken) || taken[free] != int64(free) {
			return free, nil
		}
	}
	return 0, doorcode.ErrNoPlace
}

// generationOf is the row of a generation; the zero row if nothing is known.
func generationOf(s doorcode.Slot, gen uint8) generation {
	g := generation{Gen: gen, Used: s.Used>>gen&1 == 1}
	if int(gen) < len(s.Given) {
		g.Given = s.Given[gen]
	}
	return g
}

func scanGeneration(r *sql.Rows) (g generation, err error) {
	err = r.Scan(&g.Gen, &g.Given.Ask.Call, &g.Given.Ask.Nth, &g.Given.Burnt, &g.Used)
	return g, err
}
