package console

import (
	"errors"
	"net/http"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// form is one that is shown again with what was typed, since it could not be
// done: what is wrong with it, or what somebody else changed meanwhile.
type form struct {
	Row     string // the tag of what it changes, as the next attempt means it
	Wrong   string
	Differs []difference
}

// difference is a field as it stands now and as the form would have it.
type difference struct{ Name, Now, Yours string }

// differ makes a form for another attempt at a row whose tag is now; fields that
// are the same as those of the row make no difference.
func differ(now string, fields ...difference) form {
	f := form{Row: now}
	for _, one := range fields {
		if one.Now != one.Yours {
			f.Differs = append(f.Differs, one)
		}
	}
	return f
}

// saved ends what a form did: it leads to an address whose page says so, or has
// the form shown again. again is the form for when somebody else was faster.
// Whoever wanted the same as they did has nothing left to do.
func (s *Server) saved(w http.ResponseWriter, r *http.Request, d *desk, did office.Receipt, err error, to string,
	again form, show func(status int, f form) error,
) error {
	e, refused := errors.AsType[*doorlink.Error](err)
	switch {
	case err == nil:
		return s.after(w, r, d, did, to)
	case errors.Is(err, doorlink.ErrChanged) && len(again.Differs) == 0:
		return s.after(w, r, d, office.Receipt{}, to)
	case errors.Is(err, doorlink.ErrChanged):
		return show(http.StatusConflict, again)
	case refused && (e.Kind == doorlink.Invalid || errors.Is(err, office.ErrKeyNamed)):
		return show(page.Status(e.Kind), form{Row: r.PostFormValue("tag"), Wrong: page.Sentence(d.lang, e, d.Location())})
	}
	return err
}

// or words a field that may be empty.
func (d *desk) or(text string) string {
	if text == "" {
		return d.lang.Say("console.none")
	}
	return text
}

// yes words a choice.
func (d *desk) yes(chosen bool) string {
	if chosen {
		return d.lang.Say("console.yes")
	}
	return d.lang.Say("console.no")
}
