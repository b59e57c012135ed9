package console

import (
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
)

// historyView is history.html: what happened at the doors.
type historyView struct {
	shell
	listing
	Calls, Codes int // days for which they are kept
	From, To     string
	Doors, Kinds []choice
	CountsOnly   bool
	Wrong        string // what is wrong with what was asked for; empty: nothing
	Chips        []chip
	Rows         []happenedRow
	All          string // the address without any choice
	CSV, JSON    string // the addresses of the exports; empty: the reader may not
}

// chip is a choice that was made, and the address without it.
type chip struct{ Name, Without string }

// happenedRow is one line of the history; Mood and Icon are of its badge.
type happenedRow struct {
	When, Door, DoorPath, What, Lasted, Unit, Name, NamePath, Said string
	Outcome, Mood, Icon                                            string
}

// historyQuery reads the address of a history.
func historyQuery(r *http.Request) office.Query {
	return asked(r, "from", "to", "door", "kind", "person")
}

func (s *Server) historyRoutes(on register) {
	on("GET /console/{property}/history", s.desk(s.history))
	on("GET /console/{property}/history/csv", s.desk(s.historyCSV))
	on("GET /console/{property}/history/json", s.desk(s.historyJSON))
}

// history shows what was asked for wrongly beside what was asked.
func (s *Server) history(w http.ResponseWriter, r *http.Request, d *desk) error {
	q := historyQuery(r)
	doors, err := d.HistoryDoors(r.Context())
	if err != nil {
		return err
	}
	v := historyView{
		shell: s.shell(r, d, "history"), From: q.Only["from"], To: q.Only["to"], CountsOnly: d.Property.CountsOnly,
		Calls: daysKept(d.Property, doorlink.CallRecord), Codes: daysKept(d.Property, doorlink.CodeRecord), All: d.path("history"),
	}
	v.choose(r, d, q, doors)
	found, err := d.History(r.Context(), q)
	status, wrong, err := wrongly(d.lang, d.Location(), err)
	if err != nil {
		return err
	}
	v.Wrong = wrong
	v.listing = logged(d.lang, r, found, "console.history.")
	for _, l := range found.Rows {
		v.Rows = append(v.Rows, d.happened(l))
	}
	if d.May(doorlink.SeeReports) && len(v.Rows) > 0 {
		v.CSV, v.JSON = d.path("history/csv?"+exported(r)), d.path("history/json?"+exported(r))
	}
	return s.show(w, r, status, "history.html", v)
}

// daysKept is for how long records of a kind are kept.
func daysKept(p doorlink.Property, k doorlink.RecordKind) int { return int(p.Keeps(k).Hours() / 24) }

// choose fills the form above the list, and says what was chosen.
func (v *historyView) choose(r *http.Request, d *desk, q office.Query, doors []doorlink.Door) {
	chosen := map[string]string{"from": q.Only["from"], "to": q.Only["to"], "q": q.Find, "person": q.Only["person"]}
	for _, door := range doors {
		on := string(door.ID) == q.Only["door"]
		v.Doors = append(v.Doors, choice{Value: string(door.ID), Name: door.Name, On: on})
		if on {
			chosen["door"] = door.Name
		}
	}
	for _, k := range office.HistoryKinds {
		one := choice{Value: k, Name: d.lang.Say("console.history.kind." + k), On: k == q.Only["kind"]}
		v.Kinds = append(v.Kinds, one)
		if one.On {
			chosen["kind"] = one.Name
		}
	}
	for _, name := range []string{"from", "to", "door", "kind", "q", "person"} {
		if text := chosen[name]; text != "" {
			v.Chips = append(v.Chips, chip{d.lang.Say("console.history.chip."+name, "text", text), with(r, name, "")})
		}
	}
}

// happened puts a line of the history into words.
func (d *desk) happened(l office.Happened) happenedRow {
	row := happenedRow{
		When: d.moment(l.At), Door: l.DoorName, DoorPath: d.path("doors/" + string(l.Door)),
		What: d.lang.Say("console.history.what." + string(l.Kind)), Unit: l.Unit, Name: l.Name,
		Outcome: d.lang.Say("console.outcome." + string(l.Outcome)), Mood: "heed", Icon: "heed",
	}
	if l.Name != "" {
		row.NamePath = d.path("people/" + string(l.Person))
	}
	if l.Seconds > 0 {
		row.Lasted = d.lang.Say("console.history.talked", "m", l.Seconds/60, "s", l.Seconds%60)
	}
	if l.Said != doorlink.Unsaid {
		row.Said = d.lang.Say("console.history.said." + string(l.Said))
	}
	switch l.Outcome {
	case office.CodeGiven, office.CodeOpened, office.CodeUsed, office.Outcome(doorlink.Ended):
		row.Mood, row.Icon = "ok", "yes"
	case office.CodeFailed, office.Outcome(doorlink.Unreachable), office.Outcome(doorlink.Failed):
		row.Mood, row.Icon = "bad", "no"
	}
	return row
}

// exportTime is how long somebody may take to download everything.
const exportTime = 2 * time.Minute

// download begins a file that is written as it is read.
func (d *desk) download(w http.ResponseWriter, what, as, kind string) {
	name := what + "-" + time.Now().In(d.Location()).Format(time.DateOnly) + "." + as
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	// Where no deadline can be set, as in tests, there is none to extend.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime))
}

func (s *Server) historyCSV(w http.ResponseWriter, r *http.Request, d *desk) error {
	lines, err := d.AllHistory(r.Context(), historyQuery(r))
	if err != nil {
		return err
	}
	d.download(w, "history", "csv", "text/csv; charset=utf-8")
	var header []string
	for _, column := range []string{"when", "zone", "door", "what", "unit", "name", "said", "seconds", "outcome"} {
		header = append(header, d.lang.Say("console.history.csv."+column))
	}
	return s.broken(roster.Write(w, header, s.cells(d, lines)))
}

// cells are the fields of a spreadsheet, one line for each of the history.
func (s *Server) cells(d *desk, lines iter.Seq2[office.Happened, error]) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for l, err := range lines {
			if err != nil {
				s.broken(err)
			}
			row, talked := d.happened(l), ""
			if l.Seconds > 0 {
				talked = strconv.Itoa(l.Seconds)
			}
			if !yield([]string{
				l.At.Format(time.DateTime), l.At.Format("UTC-07:00"), row.Door, row.What, row.Unit, row.Name, row.Said, talked, row.Outcome,
			}) {
				return
			}
		}
	}
}

// broken ends a download in the middle, so that nobody takes the half of it for
// the whole: its status has been sent long ago.
func (s *Server) broken(err error) error {
	if err == nil {
		return nil
	}
	s.log.Warn("a download broke off", "err", err)
	panic(http.ErrAbortHandler)
}

func (s *Server) historyJSON(w http.ResponseWriter, r *http.Request, d *desk) error {
	lines, err := d.AllHistory(r.Context(), historyQuery(r))
	if err != nil {
		return err
	}
	d.download(w, "history", "json", "application/json")
	return s.broken(writeArray(w, lines))
}

// writeArray writes values as one JSON array, each as soon as it is there.
func writeArray[T any](w io.Writer, all iter.Seq2[T, error]) error {
	between := "[\n"
	for v, err := range all {
		if err != nil {
			return err
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, between+string(text)); err != nil {
			return err
		}
		between = ",\n"
	}
	if between == "[\n" {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	_, err := io.WriteString(w, "\n]\n")
	return err
}
