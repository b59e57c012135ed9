package office

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"doorlink"
	"doorlink/roster"
	"doorlink/store"
)

// Source is where lists come from by themselves: a folder, or what a property
// system has instead.
type Source interface {
	// Latest is the list of a property that is newest at now, and what it is
	// called, or a doorlink.Error that says why there is none.
	Latest(p doorlink.PropertyID, now time.Time) (name string, list []byte, err error)
}

// FeedTimes are how often a feed can be looked at; 0 is never.
var FeedTimes = []time.Duration{0, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

var (
	// ErrFeedTime refuses a time that is not one of FeedTimes.
	ErrFeedTime = doorlink.Fail(doorlink.Invalid, "feed.time")
	// ErrNoSource refuses a feed where the operator lets no lists come in.
	ErrNoSource = doorlink.Fail(doorlink.Conflict, "feed.none")
	// ErrAnswer refuses an answer that a conflict does not have.
	ErrAnswer = doorlink.Fail(doorlink.Invalid, "feed.answer")
)

// Feed is how a property's lists come by themselves, and what came of the last.
type Feed struct {
	Every   time.Duration // one of FeedTimes
	Leavers bool          // people missing from the list are proposed to leave
	Read    time.Time     // last look; zero: none
	File    string        // the last list's name
	Report  Report
}

// Report is what came of the last list that was new. It names nobody.
type Report struct {
	At        time.Time      `json:"at"`
	Failed    string         `json:"failed,omitempty"` // the key of a failure; empty: it was read
	Counts    map[string]int `json:"counts,omitempty"` // by PlanLine.What: of what was applied, but for skipped rows
	Conflicts int            `json:"conflicts,omitempty"`
}

// mayFeed fails unless the manager may decide what lists from outside do.
func (d *Desk) mayFeed() error {
	if err := d.may(doorlink.Connect); err != nil {
		return err
	}
	return d.mayImport()
}

// HasSource reports whether the operator lets lists come in by themselves.
func (o *Office) HasSource() bool { return o.ways.Lists != nil }

// Feed is that of the property. Needs Connect, EditPeople and GrantKeys.
func (d *Desk) Feed(ctx context.Context) (Feed, error) {
	if err := d.mayFeed(); err != nil {
		return Feed{}, err
	}
	f, err := d.db.Feed(ctx, d.Property.ID)
	if err != nil {
		return Feed{}, err
	}
	feed := Feed{Every: f.Every, Leavers: f.Leavers, Read: f.Read, File: f.File}
	if f.Result == "" {
		return feed, nil
	}
	if err := json.Unmarshal([]byte(f.Result), &feed.Report); err != nil {
		return Feed{}, fmt.Errorf("reading what came of a feed: %w", err)
	}
	return feed, nil
}

// SetFeed sets how often lists are looked for, and whether who is missing is
// proposed to leave. It fails with ErrNoSource and ErrFeedTime. Needs Connect,
// EditPeople and GrantKeys.
func (d *Desk) SetFeed(ctx context.Context, every time.Duration, leavers bool) (Receipt, error) {
	if err := d.mayFeed(); err != nil {
		return Receipt{}, err
	}
	if !d.HasSource() {
		return Receipt{}, ErrNoSource
	}
	if !slices.Contains(FeedTimes, every) {
		return Receipt{}, ErrFeedTime
	}
	return d.do(ctx, act{
		action: "feed.set", subject: string(d.Property.ID),
		facts: map[string]string{"every": every.String(), "leavers": fmt.Sprint(leavers)},
		also: func(ctx context.Context, tx *store.Tx) error {
			return tx.SetFeed(ctx, store.Feed{Property: d.Property.ID, Every: every, Leavers: leavers})
		},
	})
}

// SyncNow looks for a list at once, and reads it even if it is the last one: the
// building or the answers may be others by now. It takes a minute at most. Needs
// Connect, EditPeople and GrantKeys.
func (d *Desk) SyncNow(ctx context.Context) (Receipt, error) {
	if err := d.mayFeed(); err != nil {
		return Receipt{}, err
	}
	if !d.HasSource() {
		return Receipt{}, ErrNoSource
	}
	f, err := d.db.Feed(ctx, d.Property.ID)
	if err != nil {
		return Receipt{}, err
	}
	f.Digest = ""
	return d.sync(ctx, f, time.Now())
}

// SyncDue looks for the lists of all properties whose time has come, as doorlink
// itself. Of several nodes, one looks. What fails at one property is in its
// report and in the log, and keeps no other waiting.
func (o *Office) SyncDue(ctx context.Context, now time.Time) error {
	if !o.HasSource() {
		return nil
	}
	due, err := o.db.DueFeeds(ctx, now)
	if err != nil {
		return err
	}
	for _, f := range due {
		mine, err := o.db.ClaimFeed(ctx, f, now)
		if err != nil {
			return err
		}
		if !mine {
			continue
		}
		p, err := o.db.Property(ctx, f.Property)
		if err != nil {
			return err
		}
		if _, err := o.itself(p).sync(ctx, f, now); err != nil {
			o.log.Warn("a list from outside was not taken", "property", p.ID, "cause", err)
		}
	}
	return nil
}

// sync takes the latest list once: what only gives is applied, and what would
// take anything away, or is a question, becomes a conflict unless it was
// answered.
func (d *Desk) sync(ctx context.Context, f store.Feed, now time.Time) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	name, list, err := d.ways.Lists.Latest(d.Property.ID, now)
	if err == nil {
		digest := doorlink.Digest(string(list))
		if digest == f.Digest {
			return Receipt{}, nil
		}
		f.File, f.Digest = listName(name), digest
		r, err := d.take(ctx, f, list, now)
		if doorlink.KindOf(err) != doorlink.Invalid { // else it is no list, whenever it is read
			return r, err
		}
		return Receipt{}, d.failed(ctx, f, err, now, true)
	}
	return Receipt{}, d.failed(ctx, f, err, now, false)
}

// failed keeps why there was no list, or none that can be read. It is a report, and
// an error only if nobody foresaw it.
func (d *Desk) failed(ctx context.Context, f store.Feed, why error, now time.Time, came bool) error {
	e, ok := errors.AsType[*doorlink.Error](why)
	if !ok {
		return why
	}
	f.Result = Report{At: now, Failed: e.Key}.write()
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if came {
			if err := tx.AddTaken(ctx, d.taken(f, Skips{}, now)); err != nil {
				return err
			}
		}
		return tx.KeepFeed(ctx, f)
	})
}

func (r Report) write() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // reports are plain values
	}
	return string(b)
}

// take applies what may be applied of a list.
func (d *Desk) take(ctx context.Context, f store.Feed, list []byte, now time.Time) (Receipt, error) {
	text, encoding, err := roster.Text(strings.NewReader(string(list)))
	if err != nil {
		return Receipt{}, err
	}
	roll, err := d.Roll(ctx)
	if err != nil {
		return Receipt{}, err
	}
	known, err := d.conflicts(ctx)
	if err != nil {
		return Receipt{}, err
	}
	o := roster.Options{Leavers: f.Leavers, Keys: d.usualKeys(roll), Decided: decidedBy(known)}
	draft := Draft{Choices: Choices{Options: o, Encoding: encoding}, list: text}
	sheet, err := draft.sheet()
	if err != nil {
		return Receipt{}, err
	}
	p := d.propose(draft, sheet, roll)
	open := p.withhold(known, now)
	report, rows := Report{At: now, Counts: p.tally()}, make([]store.Conflict, len(open))
	for i, c := range open {
		if rows[i] = c.row(); c.Answer == "" {
			report.Conflicts++
		}
	}
	f.Result = report.write()
	taken := d.taken(f, p.skips(), now)
	keep := func(ctx context.Context, tx *store.Tx) error {
		if err := tx.KeepConflicts(ctx, d.Property.ID, rows); err != nil {
			return err
		}
		if err := tx.AddTaken(ctx, taken); err != nil {
			return err
		}
		return tx.KeepFeed(ctx, f)
	}
	if len(p.Changes()) == 0 {
		return Receipt{}, d.db.Write(ctx, func(tx *store.Tx) error { return keep(ctx, tx) })
	}
	return d.apply(ctx, p, act{action: "list.sync", subject: string(d.Property.ID), also: keep})
}

// usualKeys are those that new people get if their row names none: the one key,
// where there is only one.
func (d *Desk) usualKeys(roll *Roll) []doorlink.KeyID {
	if len(roll.Keys) == 1 && d.Manages(roll.Keys[0].ID) {
		return []doorlink.KeyID{roll.Keys[0].ID}
	}
	return nil
}
