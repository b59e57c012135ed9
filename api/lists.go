package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
	"doorlink/web/page"
)

// maxList is how much a request with a list may say, in bytes: the longest list
// as JSON writes it.
const maxList = roster.MaxBytes + roster.MaxBytes/2

// longer reports whether a request is the one that may be that long.
func longer(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/lists")
}

// List is a list that was uploaded, and what it would change now.
type List struct {
	ID       doorlink.DraftID `json:"id"`
	Name     string           `json:"name"`
	Uploaded time.Time        `json:"uploaded" doc:"It is kept for a day"`
	Applied  time.Time        `json:"applied,omitzero"`
	Encoding roster.Encoding  `json:"encoding"`
	Ignored  []string         `json:"ignored" doc:"Columns that mean nothing here"`
	Choices  ListChoices      `json:"choices"`
	Counts   ListCounts       `json:"counts"`
	Seal     string           `json:"seal" doc:"Names all that it would change: send it back to apply just that"`
}

// ListChoices are how a list is meant.
type ListChoices struct {
	Leavers  bool             `json:"leavers,omitempty" doc:"People missing from the list leave the building"`
	TakeKeys bool             `json:"take_keys,omitempty" doc:"Keys that a row does not name are taken away, if it names others"`
	Keys     []doorlink.KeyID `json:"keys,omitempty" maxItems:"50" doc:"For new people whose row names no key"`
}

// ListCounts are how many lines of each kind there are.
type ListCounts struct {
	Units     int `json:"unit" doc:"New units"`
	New       int `json:"new"`
	Change    int `json:"change"`
	Leave     int `json:"leave"`
	Same      int `json:"same"`
	Undecided int `json:"undecided" doc:"Questions; nothing happens before they are answered"`
	Skipped   int `json:"skipped" doc:"Rows that cannot be used; the others go on"`
}

// ListLine is one person of a list, or a unit that it brings.
type ListLine struct {
	Row    int               `json:"row,omitempty" doc:"In the file; missing: not in it"`
	More   []int             `json:"more_rows,omitempty"`
	What   string            `json:"what" enum:"unit,new,change,leave,same,undecided,skipped"`
	Was    *ListPerson       `json:"was,omitempty"`
	Person *ListPerson       `json:"person,omitempty" doc:"As they would be"`
	Units  []ListItem        `json:"units"`
	Keys   []ListItem        `json:"keys"`
	Type   string            `json:"reason,omitempty" doc:"Why it is skipped or undecided: the key of a failure"`
	Detail string            `json:"detail,omitempty" doc:"The same as a sentence for people"`
	Other  doorlink.PersonID `json:"other,omitempty" doc:"Who it may be, if that is the question"`
}

// ListPerson is a person of a list.
type ListPerson struct {
	ID     doorlink.PersonID `json:"id,omitempty"`
	Given  string            `json:"first_name"`
	Family string            `json:"last_name"`
	Email  string            `json:"email"`
	Shown  bool              `json:"show_in_intercom"`
}

// ListItem is a unit or key of a person, by name.
type ListItem struct {
	Name string    `json:"name"`
	Move string    `json:"move" enum:"kept,added,removed,dated"`
	From time.Time `json:"from,omitzero" doc:"Of keys: the dates then"`
	To   time.Time `json:"to,omitzero"`
}

func (s *Server) registerLists() {
	edits := []doorlink.Ability{doorlink.EditPeople, doorlink.GrantKeys}
	does := func(id, summary string) about { return says(id, summary, edits...) }
	upload := does("addList", "Uploads a CSV of units, people and keys, and says what it would change; nothing is changed")
	upload.body = maxList
	at(s, http.MethodGet, "/lists", does("listLists", "The lists of the last day, the latest first"), lists)
	at(s, http.MethodPost, "/lists", upload, addList)
	at(s, http.MethodGet, "/lists/{list}", does("readList", "A list, and what it would change now"), list)
	at(s, http.MethodGet, "/lists/{list}/lines", does("listLines", "What it would change, person by person"), s.listLines)
	at(s, http.MethodGet, "/lists/{list}/skipped", does("listSkipped", "The rows that would change nothing, with the reason, as CSV"), s.listSkipped)
	at(s, http.MethodPut, "/lists/{list}/choices", does("chooseList", "Says how the list is meant"), chooseList)
	at(s, http.MethodPut, "/lists/{list}/decision", does("decideList", "Answers who somebody of the list is"), decideList)
	at(s, http.MethodPost, "/lists/{list}/apply", does("applyList", "Applies the list, all of it in one step"), applyList)
	at(s, http.MethodDelete, "/lists/{list}", does("removeList", "Forgets the list; what was applied stays"), removeList)
	at(s, http.MethodGet, "/export", says("export", "Everybody, their units and their keys", doorlink.SeeReports), export)
	at(s, http.MethodGet, "/export.csv", says("exportList", "The same as a CSV that can be uploaded again", doorlink.SeeReports), exportList)
}

// ListHead is an uploaded list without what it would change.
type ListHead struct {
	ID       doorlink.DraftID   `json:"id"`
	Name     string             `json:"name"`
	By       doorlink.ManagerID `json:"by"`
	Uploaded time.Time          `json:"uploaded" doc:"It is kept for a day"`
	Applied  time.Time          `json:"applied,omitzero"`
}

func listHeadOf(l office.DraftLine) ListHead {
	return ListHead{l.ID, l.Name, l.By, l.Made, l.Done}
}

type listsInput struct {
	Here
	Listing
}

func lists(ctx context.Context, d *office.Desk, in *listsInput) (*listed[ListHead], error) {
	p, err := d.Drafts(ctx, in.query(nil))
	return pageOf(ctx, p, listHeadOf), err
}

type addListInput struct {
	Here
	Again
	Body struct {
		Name string `json:"name,omitempty" maxLength:"400" doc:"Of the file"`
		Text string `json:"text" doc:"The CSV: commas, semicolons or tabs, 8 MB at most"`
	}
}

func addList(ctx context.Context, d *office.Desk, in *addListInput) (*made[List], error) {
	f, err := d.AddDraft(ctx, in.Body.Name, strings.NewReader(in.Body.Text))
	if err != nil {
		return nil, err
	}
	l, err := readList(ctx, d, f.ID, office.Receipt{})
	return madeOf(ctx, string(f.ID), l, err)
}

// AtList is the path to a list.
type AtList struct {
	Here
	List doorlink.DraftID `path:"list" doc:"draft_…"`
}

func list(ctx context.Context, d *office.Desk, in *AtList) (*one[List], error) {
	return readList(ctx, d, in.List, office.Receipt{})
}

// readList is a list as it stands, after a change with a receipt.
func readList(ctx context.Context, d *office.Desk, id doorlink.DraftID, r office.Receipt) (*one[List], error) {
	p, err := d.Plan(ctx, id)
	if err != nil {
		return nil, err
	}
	c, o := p.Counts(), p.Draft.Choices
	return &one[List]{Deed: deed(r), Body: List{
		ID: id, Name: p.Draft.Name, Uploaded: p.Draft.Made, Applied: p.Draft.Done,
		Encoding: p.Sheet.Encoding, Ignored: append([]string{}, p.Sheet.Ignored...),
		Choices: ListChoices{o.Leavers, o.TakeKeys, o.Keys},
		Counts:  ListCounts{c.Units, c.New, c.Change, c.Leave, c.Same, c.Undecided, c.Skipped},
		Seal:    p.Seal,
	}}, nil
}

type listLinesInput struct {
	AtList
	Listing
	What string `query:"what" enum:"busy,unit,new,change,leave,same,undecided,skipped" doc:"busy leaves out who stays as they are"`
}

func (s *Server) listLines(ctx context.Context, d *office.Desk, in *listLinesInput) (*listed[ListLine], error) {
	p, err := d.Plan(ctx, in.List)
	if err != nil {
		return nil, err
	}
	found, err := p.Rows(in.query(map[string]string{"what": in.What}))
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, found, func(l office.PlanLine) ListLine { return s.listLine(d, l) }), nil
}

func (s *Server) listLine(d *office.Desk, l office.PlanLine) ListLine {
	if l.Unit != "" {
		return ListLine{Row: l.Row, What: l.What(), Units: []ListItem{{Name: l.Unit, Move: "added"}}, Keys: []ListItem{}}
	}
	w := ListLine{
		Row: l.Row, More: l.More, What: l.What(), Person: listPerson(l.Person),
		Units: words(l.Units, listItem), Keys: words(l.Keys, listItem), Other: l.Other,
	}
	if l.Was.ID != "" {
		w.Was = listPerson(l.Was)
	}
	if l.What() == string(roster.New) {
		w.Person.ID = "" // they get one when the list is applied
	}
	if l.Err != nil {
		w.Type, w.Detail = l.Err.Key, page.Sentence(s.words, l.Err, d.Location())
	}
	return w
}

func listPerson(p doorlink.Person) *ListPerson {
	return &ListPerson{p.ID, p.Given, p.Family, p.Email, p.Shown}
}

func listItem(i roster.Item) ListItem {
	move := map[roster.Move]string{roster.Kept: "kept", roster.Added: "added", roster.Removed: "removed", roster.Dated: "dated"}
	return ListItem{i.Name, move[i.Move], i.Will.From, i.Will.To}
}

// csv is an answer that is a list.
type csv struct {
	Type string `header:"Content-Type"`
	Body []byte
}

func (csv) content() map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}
}

// csvOf is what somebody writes.
func csvOf(write func(w *strings.Builder) error) (*csv, error) {
	var b strings.Builder
	if err := write(&b); err != nil {
		return nil, err
	}
	return &csv{"text/csv; charset=utf-8", []byte(b.String())}, nil
}

func (s *Server) listSkipped(ctx context.Context, d *office.Desk, in *AtList) (*csv, error) {
	p, err := d.Plan(ctx, in.List)
	if err != nil {
		return nil, err
	}
	return csvOf(func(w *strings.Builder) error {
		return p.WriteSkipped(w, func(e *doorlink.Error) string { return page.Sentence(s.words, e, d.Location()) })
	})
}

type chooseListInput struct {
	AtList
	Body ListChoices
}

func chooseList(ctx context.Context, d *office.Desk, in *chooseListInput) (*one[List], error) {
	o := roster.Options{Leavers: in.Body.Leavers, TakeKeys: in.Body.TakeKeys, Keys: in.Body.Keys}
	if err := d.Choose(ctx, in.List, o); err != nil {
		return nil, err
	}
	return readList(ctx, d, in.List, office.Receipt{})
}

type decideListInput struct {
	AtList
	Body struct {
		Email  string             `json:"email" maxLength:"254" doc:"Of the undecided line"`
		Person *doorlink.PersonID `json:"person,omitempty" maxLength:"60" doc:"Who it is; empty: somebody new; missing: asks again"`
	}
}

func decideList(ctx context.Context, d *office.Desk, in *decideListInput) (*one[List], error) {
	if err := d.Decide(ctx, in.List, strings.ToLower(in.Body.Email), in.Body.Person); err != nil {
		return nil, err
	}
	return readList(ctx, d, in.List, office.Receipt{})
}

type applyListInput struct {
	AtList
	Again
	Body struct {
		Seal string `json:"seal" maxLength:"64" doc:"Of the list as it was read; by now another one is refused with 409"`
	}
}

func applyList(ctx context.Context, d *office.Desk, in *applyListInput) (*one[List], error) {
	r, err := d.Import(ctx, in.List, in.Body.Seal)
	if err != nil {
		return nil, err
	}
	return readList(ctx, d, in.List, r)
}

func removeList(ctx context.Context, d *office.Desk, in *AtList) (*gone, error) {
	return &gone{}, d.RemoveDraft(ctx, in.List)
}

func export(ctx context.Context, d *office.Desk, _ *Here) (*struct{ Body *office.Everything }, error) {
	all, err := d.ExportAll(ctx)
	return &struct{ Body *office.Everything }{all}, err
}

func exportList(ctx context.Context, d *office.Desk, _ *Here) (*csv, error) {
	return csvOf(func(w *strings.Builder) error { return d.ExportList(ctx, w) })
}
