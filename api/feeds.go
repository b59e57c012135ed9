package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// Feed is how a property's lists come by themselves, and what came of the last.
type Feed struct {
	Minutes int        `json:"minutes" enum:"0,15,60,360,1440" doc:"How often the folder is looked at; 0 is never"`
	Leavers bool       `json:"leavers" doc:"People missing from the list are proposed to leave"`
	Read    time.Time  `json:"read,omitzero" doc:"The last look"`
	File    string     `json:"file,omitempty" doc:"The last list"`
	Report  FeedReport `json:"report"`
}

// FeedReport is what came of the last list that was new.
type FeedReport struct {
	At        time.Time      `json:"at,omitzero"`
	Failed    string         `json:"failed,omitempty" doc:"The key of a failure"`
	Counts    map[string]int `json:"counts,omitempty" doc:"What was applied, by kind of line, and skipped rows"`
	Conflicts int            `json:"conflicts" doc:"What waits for an answer"`
}

// Conflict is something in a list that a manager decides.
type Conflict struct {
	ID      doorlink.ConflictID `json:"id"`
	Kind    office.ConflictKind `json:"kind" enum:"leave,loss,who,staff,twice"`
	Row     int                 `json:"row,omitempty" doc:"In the file; missing: not in it"`
	Name    string              `json:"name"`
	Email   string              `json:"email"`
	Was     string              `json:"was,omitempty" doc:"With who: the e-mail that person has here"`
	Person  doorlink.PersonID   `json:"person,omitempty" doc:"Who is meant, or may be"`
	Units   []ListItem          `json:"units"`
	Keys    []ListItem          `json:"keys"`
	Since   time.Time           `json:"since"`
	Answer  office.Verdict      `json:"answer,omitempty" enum:"yes,new,no"`
	Answers []office.Verdict    `json:"answers" doc:"Those that it can have"`
}

func (s *Server) registerFeeds() {
	feeds := []doorlink.Ability{doorlink.Connect, doorlink.EditPeople, doorlink.GrantKeys}
	does := func(id, summary string) about { return says(id, summary, feeds...) }
	at(s, http.MethodGet, "/feed", does("readFeed", "How lists come by themselves, and what came of the last"), feed)
	at(s, http.MethodPut, "/feed", does("setFeed", "Sets how often lists are looked for"), setFeed)
	at(s, http.MethodPost, "/feed/sync", does("syncFeed", "Looks for a list at once, and takes it even if it is the last one"), syncFeed)
	at(s, http.MethodGet, "/feed/lists", does("listTaken", "The lists that came by themselves, the latest first, and what came of each"), takenLists)
	at(s, http.MethodGet, "/feed/lists/{list}/skipped", does("takenSkipped", "Rows of a list that changed nothing, with the reason, as CSV; 2,000 at most"), s.takenSkipped)
	at(s, http.MethodGet, "/conflicts", does("listConflicts", "What lists leave to be decided"), conflicts)
	at(s, http.MethodPut, "/conflicts/{conflict}", does("answerConflict", "Decides, and does at once what that allows"), answerConflict)
}

func feed(ctx context.Context, d *office.Desk, _ *Here) (*one[Feed], error) {
	return readFeed(ctx, d, office.Receipt{}, nil)
}

// readFeed is the feed as it stands, after a change with a receipt.
func readFeed(ctx context.Context, d *office.Desk, r office.Receipt, err error) (*one[Feed], error) {
	if err != nil {
		return nil, err
	}
	f, err := d.Feed(ctx)
	if err != nil {
		return nil, err
	}
	return &one[Feed]{Deed: deed(r), Body: Feed{
		Minutes: int(f.Every / time.Minute), Leavers: f.Leavers, Read: f.Read, File: f.File,
		Report: FeedReport{f.Report.At, f.Report.Failed, f.Report.Counts, f.Report.Conflicts},
	}}, nil
}

type setFeedInput struct {
	Here
	Body struct {
		Minutes int  `json:"minutes" enum:"0,15,60,360,1440"`
		Leavers bool `json:"leavers,omitempty"`
	}
}

func setFeed(ctx context.Context, d *office.Desk, in *setFeedInput) (*one[Feed], error) {
	r, err := d.SetFeed(ctx, time.Duration(in.Body.Minutes)*time.Minute, in.Body.Leavers)
	return readFeed(ctx, d, r, err)
}

type syncFeedInput struct {
	Here
	Again
}

func syncFeed(ctx context.Context, d *office.Desk, _ *syncFeedInput) (*one[Feed], error) {
	r, err := d.SyncNow(ctx)
	return readFeed(ctx, d, r, err)
}

type conflictsInput struct {
	Here
	Listing
	Show string `query:"show" enum:"open" doc:"Those that wait for an answer"`
}

func conflicts(ctx context.Context, d *office.Desk, in *conflictsInput) (*listed[Conflict], error) {
	p, err := d.Conflicts(ctx, in.query(map[string]string{"show": in.Show}))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, p, conflictOf), nil
}

func conflictOf(c office.Conflict) Conflict {
	return Conflict{
		c.ID, c.Kind, c.Row, c.Name, c.Email, c.Was, c.Person, words(c.Units, listItem), words(c.Keys, listItem),
		c.Made, c.Answer, c.Kind.Verdicts(),
	}
}

type answerConflictInput struct {
	Here
	Conflict doorlink.ConflictID `path:"conflict" doc:"conf_…"`
	Body     struct {
		Answer office.Verdict `json:"answer" enum:"yes,new,no" doc:"One of its answers"`
	}
}

func answerConflict(ctx context.Context, d *office.Desk, in *answerConflictInput) (*one[Feed], error) {
	r, err := d.AnswerConflicts(ctx, map[doorlink.ConflictID]office.Verdict{in.Conflict: in.Body.Answer})
	return readFeed(ctx, d, r, err)
}

// TakenList is a list that came by itself, and what came of it.
type TakenList struct {
	ID     doorlink.TakenID `json:"id"`
	File   string           `json:"file"`
	Report FeedReport       `json:"report"`
	Skips  bool             `json:"skips" doc:"There are rows that changed nothing"`
}

type takenInput struct {
	Here
	LogListing
	Find string `query:"find" maxLength:"200" doc:"A piece of the file's name; case does not matter"`
}

func takenLists(ctx context.Context, d *office.Desk, in *takenInput) (*streamed[TakenList], error) {
	p, err := d.TakenLists(ctx, in.query(in.Find, nil))
	return streamOf(ctx, p, func(l office.TakenList) TakenList {
		return TakenList{l.ID, l.File, FeedReport{l.Report.At, l.Report.Failed, l.Report.Counts, l.Report.Conflicts}, l.Skips}
	}), err
}

type takenSkippedInput struct {
	Here
	List doorlink.TakenID `path:"list" doc:"take_…"`
}

func (s *Server) takenSkipped(ctx context.Context, d *office.Desk, in *takenSkippedInput) (*csv, error) {
	rows, err := d.Skips(ctx, in.List)
	if err != nil {
		return nil, err
	}
	return csvOf(func(w *strings.Builder) error {
		return rows.Write(w, func(e *doorlink.Error) string { return page.Sentence(s.words, e, d.Location()) })
	})
}
