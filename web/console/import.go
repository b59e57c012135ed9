package console

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"doorlink"
	"doorlink/office"
	"doorlink/roster"
	"doorlink/web/page"
)

// uploadTime is how long an upload may take on a slow line.
const uploadTime = 3 * time.Minute

// importView is import.html: where lists come in and go out.
type importView struct {
	shell
	listing
	Wrong  string
	Pasted string // what was typed, if something is wrong with it
	Most   int    // megabytes that a list may have
	Drafts []draftRow
	Last   *note // the last import, with its undo
	May    bool  // import
	Sync   bool  // decide what lists from outside do
	Export bool  // export
}

// draftRow is a list that is kept.
type draftRow struct {
	Name, Path, By, When string
	Done, Working        bool
}

func (s *Server) importRoutes(on register) {
	on("GET /console/{property}/import", s.desk(s.importForm))
	on("POST /console/{property}/import", withList{s.desk(s.upload)})
	on("GET /console/{property}/import/people.csv", s.desk(s.template))
	on("GET /console/{property}/import/{list}", s.desk(s.plan))
	on("GET /console/{property}/import/{list}/skipped.csv", s.desk(s.skipped))
	on("POST /console/{property}/import/{list}/choose", s.desk(s.chooseAbout))
	on("POST /console/{property}/import/{list}/decide", s.desk(s.decide))
	on("POST /console/{property}/import/{list}/apply", s.desk(s.apply))
	on("POST /console/{property}/import/{list}/invite", s.desk(s.inviteNew))
	on("POST /console/{property}/import/{list}/remove", s.desk(s.removeList))
	on("GET /console/{property}/export/people.csv", s.desk(s.exportList))
	on("GET /console/{property}/export/everything.json", s.desk(s.exportAll))
}

func (s *Server) importForm(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.showImport(w, r, d, http.StatusOK, importView{})
}

// showImport shows the form with what was typed and what is wrong with it.
func (s *Server) showImport(w http.ResponseWriter, r *http.Request, d *desk, status int, v importView) error {
	v.shell, v.Most = s.shell(r, d, "import"), roster.MaxBytes>>20
	v.May, v.Sync, v.Export = d.imports(), d.syncs(), d.May(doorlink.SeeReports)
	if !v.May && !v.Export {
		return office.ErrMayNot
	}
	if v.May {
		if err := v.addLists(r, d); err != nil {
			return err
		}
	}
	return s.show(w, r, status, "import.html", v)
}

// imports reports whether the manager may do what lists do.
func (d *desk) imports() bool { return d.May(doorlink.EditPeople) && d.May(doorlink.GrantKeys) }

// addLists adds the lists that are kept, and the last import.
func (v *importView) addLists(r *http.Request, d *desk) error {
	found, err := d.Drafts(r.Context(), asked(r))
	if err != nil {
		return err
	}
	v.listing = listed(d.lang, r, found, "console.import.", "-when", "list", "by")
	for _, f := range found.Rows {
		v.Drafts = append(v.Drafts, draftRow{
			Name: d.listName(f.Draft), Path: d.listPath(f.ID), By: f.Who, When: d.moment(f.Made),
			Done: !f.Done.IsZero(), Working: f.Until.After(time.Now()),
		})
	}
	last, ok, err := d.LastImport(r.Context())
	if err != nil || !ok {
		return err
	}
	v.Last = &note{Text: d.lang.Say("console.import.last", "when", d.moment(last.At))}
	if last.Undoable {
		v.Last.Undo = last.Seq
	}
	return nil
}

// listName is what a list is called.
func (d *desk) listName(f office.Draft) string {
	if f.Name == "" {
		return d.lang.Say("console.import.pasted")
	}
	return f.Name
}

func (d *desk) listPath(id doorlink.DraftID) string { return d.path("import/" + string(id)) }

// upload keeps the lists of a form: files, or what was pasted. Whoever sends one
// goes on to what it would change.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.imports() {
		return office.ErrMayNot
	}
	slowly(w)
	drafts, pasted, err := readLists(r, d)
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		return s.showImport(w, r, d, http.StatusBadRequest, importView{
			Wrong: page.Sentence(d.lang, e, d.Location()), Pasted: brief(pasted),
		})
	}
	if err != nil {
		return err
	}
	to := d.path("import")
	if len(drafts) == 1 {
		to = d.listPath(drafts[0].ID)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// brief is what was typed if it is short enough to come back with the page.
func brief(pasted string) string {
	const most = 16 << 10
	if len(pasted) > most {
		return ""
	}
	return pasted
}

// slowly gives a large body the time that it takes on a slow line. Where no
// deadline can be set, as in some tests, there is none to extend.
func slowly(w http.ResponseWriter) {
	on, until := http.NewResponseController(w), time.Now().Add(uploadTime)
	_ = on.SetReadDeadline(until)
	_ = on.SetWriteDeadline(until)
}

// readLists keeps each list of a form as it comes in: no more than one is ever in
// memory. What is said to be too long is not read at all, and what comes
// compressed is never unpacked.
func readLists(r *http.Request, d *desk) (drafts []office.Draft, pasted string, err error) {
	if r.ContentLength > longestBody {
		return nil, "", roster.ErrTooBig
	}
	if c := r.Header.Get("Content-Encoding"); c != "" && c != "identity" {
		return nil, "", roster.ErrPacked
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, "", roster.ErrEmpty.Because(err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", unread(err)
		}
		draft, text, err := readList(r.Context(), d, part)
		if pasted += text; err != nil {
			return nil, pasted, unreadIn(err)
		}
		if draft.ID != "" {
			drafts = append(drafts, draft)
		}
	}
	if len(drafts) == 0 {
		return nil, pasted, roster.ErrEmpty
	}
	return drafts, pasted, nil
}

// readList keeps what one field of the form says, if it says anything.
func readList(ctx context.Context, d *desk, part *multipart.Part) (f office.Draft, pasted string, err error) {
	switch {
	case part.FormName() == "list" && part.FileName() != "":
		f, err = d.AddDraft(ctx, part.FileName(), part)
	case part.FormName() == "text":
		text, err := io.ReadAll(io.LimitReader(part, roster.MaxBytes+1))
		if err != nil || strings.TrimSpace(string(text)) == "" {
			return f, "", err
		}
		f, err = d.AddDraft(ctx, "", strings.NewReader(string(text)))
		return f, string(text), err
	}
	return f, "", err
}

// unread sorts why a form could not be read to its end.
func unread(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return roster.ErrTooBig.Because(err)
	}
	return errForm.Because(err)
}

// unreadIn is unread for what ended in the middle of a list; whatever cannot be a
// list is told so, in its own words.
func unreadIn(err error) error {
	if _, long := errors.AsType[*http.MaxBytesError](err); long || errors.Is(err, io.ErrUnexpectedEOF) {
		return unread(err)
	}
	return err
}

// template is an empty list with all columns.
func (s *Server) template(w http.ResponseWriter, _ *http.Request, d *desk) error {
	if !d.imports() {
		return office.ErrMayNot
	}
	d.download(w, "people", "csv", "text/csv; charset=utf-8")
	return roster.Write(w, roster.Header, func(func([]string) bool) {})
}

// exportList and exportAll write as they go. A failure on the way is the
// reader's having gone.
func (s *Server) exportList(w http.ResponseWriter, r *http.Request, d *desk) error {
	if !d.May(doorlink.SeeReports) {
		return office.ErrMayNot
	}
	d.download(w, "people", "csv", "text/csv; charset=utf-8")
	return d.ExportList(r.Context(), w)
}

func (s *Server) exportAll(w http.ResponseWriter, r *http.Request, d *desk) error {
	all, err := d.ExportAll(r.Context())
	if err != nil {
		return err
	}
	d.download(w, "everything", "json", "application/json")
	return all.Write(w)
}
