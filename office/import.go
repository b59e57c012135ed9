package office

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"doorlink"
	"doorlink/roster"
	"doorlink/store"
)

// importTime is the time limit for applying a whole list, and for taking it back.
const importTime = time.Minute

// importAction is what the audit calls an import. Its facts say how many lines of
// each kind there were, by the names that PlanLine.What has for them.
const importAction = "list.import"

// Proposal is what a list would change, before anything is changed. Its Seal
// names what it would do: every line that changes something or is skipped, and
// nothing of the building besides.
type Proposal struct {
	roster.Plan
	Draft Draft
	Sheet *roster.Sheet
	Seal  string

	roll  *Roll
	lines []PlanLine
}

// Plan says what a list that was uploaded would change now; it changes nothing.
// A line with a key that the manager does not decide about is skipped, with
// ErrMayNot. It fails with store.ErrNoDraft. Needs EditPeople and GrantKeys.
func (d *Desk) Plan(ctx context.Context, id doorlink.DraftID) (*Proposal, error) {
	draft, err := d.Draft(ctx, id)
	if err != nil {
		return nil, err
	}
	roll, err := d.Roll(ctx)
	if err != nil {
		return nil, err
	}
	return d.proposals.of(d, draft, roll)
}

// sheet reads a list.
func (f Draft) sheet() (*roster.Sheet, error) {
	sheet, err := roster.Parse(f.list)
	if err != nil {
		return nil, err
	}
	sheet.Encoding = f.Choices.Encoding
	return sheet, nil
}

// propose works a proposal out for a list that was read.
func (d *Desk) propose(draft Draft, sheet *roster.Sheet, roll *Roll) *Proposal {
	p := &Proposal{Plan: roster.Compare(sheet, roll.house(d), draft.Choices.Options), Draft: draft, Sheet: sheet, roll: roll}
	for i, l := range p.Lines {
		p.Lines[i] = d.within(l)
	}
	p.Seal, p.lines = seal(p.Plan), linesOf(p.Plan)
	return p
}

// house is the roll as lists are compared with it.
func (r *Roll) house(d *Desk) roster.House {
	return roster.House{
		Property: d.Property.ID, Zone: d.Location(),
		Units: r.Units, People: r.People, Memberships: r.Memberships, Keys: r.Keys, Holders: r.Holders,
	}
}

// within skips a line that needs more than the manager may.
func (d *Desk) within(l roster.Line) roster.Line {
	for _, c := range l.Changes {
		var refused *doorlink.Error
		if errors.As(d.mayUndo(c), &refused) {
			l.What, l.Changes, l.Err = roster.Skipped, nil, refused
			return l
		}
	}
	return l
}

// seal is a digest of all that a plan would do. IDs of what is new are left out:
// they are others each time.
func seal(p roster.Plan) string {
	digest := sha256.New()
	shown := json.NewEncoder(digest)
	write := func(v any) {
		if err := shown.Encode(v); err != nil {
			panic(err) // lines are plain values
		}
	}
	for _, u := range p.Units {
		write(u.Unit.Name)
	}
	for _, l := range p.Lines {
		if l.What == roster.Same {
			continue
		}
		l.Changes = nil
		if l.What == roster.New {
			l.Person.ID = ""
		}
		write(&l)
	}
	return hex.EncodeToString(digest.Sum(nil))
}

// Import applies the plan of a list, all of it in one step with one entry in the
// audit, by which Undo takes it back as a whole. The seal is that of the Plan
// that was looked at: if the list would do anything else by now, or somebody
// changes the same things meanwhile, it fails with doorlink.ErrChanged and
// nothing is done; a second time it fails with store.ErrDraftDone. Skipped and
// undecided rows change nothing, and a plan without changes leaves no entry.
//
// Whoever loses all access is signed out, and doorcodes of today that nothing
// opens for them any more are called back; undoing does not bring those back.
// People who are new have no link yet: InviteAll sends them. It takes a minute at
// most. Needs what Plan does.
func (d *Desk) Import(ctx context.Context, id doorlink.DraftID, seal string) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	p, err := d.Plan(ctx, id)
	switch {
	case err != nil:
		return Receipt{}, err
	case !p.Draft.Done.IsZero():
		return Receipt{}, store.ErrDraftDone
	case p.Seal != seal:
		return Receipt{}, doorlink.ErrChanged
	case len(p.Changes()) == 0:
		return Receipt{}, nil
	}
	return d.apply(ctx, p, act{
		action: importAction, subject: string(id),
		also: func(ctx context.Context, tx *store.Tx) error { return tx.FinishDraft(ctx, p.Draft.row(d), time.Now()) },
	})
}

// apply makes the changes of a proposal in an act, which may do something beside.
func (d *Desk) apply(ctx context.Context, p *Proposal, a act) (Receipt, error) {
	losses, beside := d.losses(p, time.Now()), a.also
	handsets, err := d.handsetsOf(ctx, losses)
	if err != nil {
		return Receipt{}, err
	}
	a.changes, a.facts = p.Changes(), map[string]string{}
	for what, n := range p.tally() {
		a.facts[what] = strconv.Itoa(n)
	}
	a.also = func(ctx context.Context, tx *store.Tx) error {
		if err := beside(ctx, tx); err != nil {
			return err
		}
		return d.lose(ctx, tx, losses, a.facts)
	}
	r, err := d.do(ctx, a)
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrMissing) { // somebody else was faster
		err = doorlink.ErrChanged.Because(err)
	}
	if err == nil {
		d.closeLines(handsets)
	}
	return r, err
}

// tally is how many lines of each kind there are that are not as they were, by
// the names that PlanLine.What has for them.
func (p *Proposal) tally() map[string]int {
	c, all := p.Counts(), map[string]int{}
	for what, n := range map[string]int{
		NewUnit: c.Units, string(roster.New): c.New, string(roster.Change): c.Change, string(roster.Leave): c.Leave,
		string(roster.Skipped): c.Skipped,
	} {
		if n > 0 {
			all[what] = n
		}
	}
	return all
}

// loss is somebody who leaves, or loses some doors.
type loss struct {
	person doorlink.PersonID
	leaves bool
	doors  []doorlink.DoorID // unless they leave
}

// losses are those of a proposal at now.
func (d *Desk) losses(p *Proposal, now time.Time) (all []loss) {
	for _, l := range p.Lines {
		if l.What == roster.Leave {
			all = append(all, loss{person: l.Was.ID, leaves: true})
		} else if lost := p.roll.lost(l, now); len(lost) > 0 {
			all = append(all, loss{person: l.Was.ID, doors: lost})
		}
	}
	return all
}

// lost are the doors that a person could open at now and cannot after a line.
func (r *Roll) lost(l roster.Line, now time.Time) (doors []doorlink.DoorID) {
	after := map[doorlink.KeyID]doorlink.Holder{}
	for _, h := range r.held[l.Was.ID] {
		after[h.Key] = h
	}
	for _, c := range l.Changes {
		if c.Before != nil && c.Before.Holder != nil {
			delete(after, c.Before.Holder.Key)
		}
		if c.After != nil && c.After.Holder != nil {
			after[c.After.Holder.Key] = *c.After.Holder
		}
	}
	still := map[doorlink.DoorID]bool{}
	for _, h := range after {
		for _, k := range r.onKey[h.Key] {
			still[k.Door] = still[k.Door] || holds(h, now)
		}
	}
	for _, h := range r.held[l.Was.ID] {
		for _, k := range r.onKey[h.Key] {
			if holds(h, now) && !still[k.Door] {
				doors = append(doors, k.Door)
				still[k.Door] = true // once is enough
			}
		}
	}
	return doors
}

// lose does what ends with access, and adds to the facts how many doorcodes that
// called back.
func (d *Desk) lose(ctx context.Context, tx *store.Tx, losses []loss, facts map[string]string) error {
	now, codes := time.Now(), 0
	for _, l := range losses {
		if l.leaves {
			if err := endsAccess(l.person)(ctx, tx); err != nil {
				return err
			}
		}
		called, cancel := d.cancelling(l.person, l.doors, now)
		if err := cancel(ctx, tx); err != nil {
			return err
		}
		n, _ := strconv.Atoi(called[CodesFact]) // none is no fact
		codes += n
	}
	delete(facts, CodesFact)
	if codes > 0 {
		facts[CodesFact] = strconv.Itoa(codes)
	}
	return nil
}

// handsetsOf are the handsets of those who leave.
func (d *Desk) handsetsOf(ctx context.Context, losses []loss) (all []doorlink.Handset, err error) {
	for _, l := range losses {
		if !l.leaves {
			continue
		}
		theirs, err := d.db.Handsets(ctx, l.person)
		if err != nil {
			return nil, err
		}
		all = append(all, theirs...)
	}
	return all, nil
}

// WriteSkipped writes the rows that change nothing: see Skips.
func (p *Proposal) WriteSkipped(w io.Writer, say func(*doorlink.Error) string) error {
	return p.skips().Write(w, say)
}

// skips are the rows that change nothing because they cannot be read or used, or
// wait for a decision.
func (p *Proposal) skips() Skips {
	why := map[int]*doorlink.Error{}
	for _, l := range p.Lines {
		if l.Err == nil {
			continue
		}
		why[l.Row] = l.Err
		for _, row := range l.More {
			why[row] = l.Err
		}
	}
	s := Skips{Header: p.Sheet.Header}
	for _, row := range slices.Sorted(maps.Keys(why)) {
		s.Rows = append(s.Rows, Skip{p.Sheet.Cells(row), why[row].Key, why[row].Args})
	}
	return s
}
