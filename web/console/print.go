package console

import (
	"errors"
	"net/http"
	"strconv"

	"doorlink"
	"doorlink/office"
	"doorlink/sticker"
	"doorlink/web/page"
)

// printView is door_print.html: how a sticker is to be printed, as it was
// chosen, and why that could not be drawn.
type printView struct {
	linkView
	Wrong                            string
	Formats, Levels, Inks, Languages []choice
}

// printForm asks how the newest sticker is to be printed.
func (s *Server) printForm(w http.ResponseWriter, r *http.Request, d *desk) error {
	return s.showPrint(w, r, d, http.StatusOK, office.Print{Format: sticker.Sheet, Level: sticker.H, Ink: sticker.Blue}, "")
}

func (s *Server) showPrint(w http.ResponseWriter, r *http.Request, d *desk, status int, how office.Print, wrong string) error {
	at, err := s.atLink(r, d)
	if err != nil {
		return err
	}
	if !at.May {
		return office.ErrMayNot
	}
	if at.QR == "" {
		return errNowhere
	}
	v := printView{linkView: at, Wrong: wrong}
	v.Formats = printChoices(d, "format", how.Format, sticker.Sheet, sticker.A6, sticker.Panel)
	v.Levels = printChoices(d, "level", how.Level, sticker.H, sticker.Q)
	v.Inks = printChoices(d, "ink", how.Ink, sticker.Blue, sticker.Black)
	for _, l := range s.press.Languages(d.Property) {
		on := len(how.Languages) == 0
		for _, tag := range how.Languages {
			on = on || tag == l.Tag
		}
		v.Languages = append(v.Languages, choice{Value: l.Tag, Name: l.Name(), On: on})
	}
	return s.show(w, r, status, "door_print.html", v)
}

// printChoices are the choices of one kind, with the one that is on.
func printChoices[T ~string](d *desk, kind string, on T, all ...T) []choice {
	var out []choice
	for _, one := range all {
		key := "console.print." + kind + "." + string(one)
		out = append(out, choice{Value: string(one), Name: d.lang.Say(key), Hint: d.lang.Say(key + ".why"), On: one == on})
	}
	return out
}

// print sends the file; what cannot be drawn brings the form back, as it was
// chosen.
func (s *Server) print(w http.ResponseWriter, r *http.Request, d *desk) error {
	how := office.Print{
		Seen: doorlink.StickerID(r.PostFormValue("seen")), As: office.FileKind(r.PostFormValue("as")),
		Format: sticker.Format(r.PostFormValue("format")), Level: sticker.Level(r.PostFormValue("level")),
		Ink: sticker.Ink(r.PostFormValue("ink")), Languages: r.PostForm["language"],
	}
	file, _, err := d.Print(r.Context(), doorlink.DoorID(r.PathValue("door")), s.press, how)
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		return s.showPrint(w, r, d, http.StatusBadRequest, how, page.Sentence(d.lang, e, d.Location()))
	}
	if err != nil {
		return err
	}
	return send(w, file)
}

// send answers with a file to download, which is nobody else's.
func send(w http.ResponseWriter, f office.File) error {
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", page.Attachment(f.Name))
	h.Set("Content-Length", strconv.Itoa(len(f.Body)))
	h.Set("Cache-Control", "no-store")
	_, err := w.Write(f.Body)
	return err
}
