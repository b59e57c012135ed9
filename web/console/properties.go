package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"doorlink"
	"doorlink/office"
	"doorlink/web/page"
)

// propertiesView is properties.html.
type propertiesView struct {
	shell
	listing
	Rows []propertyRow
	May  bool // add properties
}

type propertyRow struct{ Name, Zone, Path string }

// home leads to the properties of whoever is signed in: to the one they have,
// or to the list.
func (s *Server) home(w http.ResponseWriter, r *http.Request, o *own) error {
	all, err := s.office.Properties(r.Context(), o.Actor)
	if err != nil {
		return err
	}
	to := root + "properties"
	if len(all) == 1 {
		to = root + string(all[0].ID) + "/"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Server) portfolioRoutes(on register) {
	on("GET /console/properties", s.own(s.properties))
	on("GET /console/properties/new", s.own(s.newProperty))
	on("POST /console/properties/new", s.own(s.addProperty))
	on("GET /console/audit", s.own(s.portfolioAudit))
}

func (s *Server) properties(w http.ResponseWriter, r *http.Request, o *own) error {
	found, err := s.office.FindProperties(r.Context(), o.Actor, asked(r))
	if err != nil {
		return err
	}
	v := propertiesView{
		shell: o.shell("properties"), listing: listed(o.lang, r, found, "console.properties.", "name", "zone"), May: o.Governs(),
	}
	for _, p := range found.Rows {
		v.Rows = append(v.Rows, propertyRow{p.Name, p.Zone, root + string(p.ID) + "/"})
	}
	return s.show(w, r, http.StatusOK, "properties.html", v)
}

// newPropertyView is new_property.html: what was typed, and what is wrong with
// it.
type newPropertyView struct {
	shell
	Name, Zone, Langs string
	Wrong             string
}

// newProperty proposes the zone and languages of a property that there is: most
// portfolios are of one region.
func (s *Server) newProperty(w http.ResponseWriter, r *http.Request, o *own) error {
	if !o.Governs() {
		return office.ErrMayNot
	}
	all, err := s.office.Properties(r.Context(), o.Actor)
	if err != nil {
		return err
	}
	v := newPropertyView{shell: o.shell("properties"), Zone: "UTC"}
	if len(all) > 0 {
		v.Zone, v.Langs = all[0].Zone, strings.Join(all[0].Languages, " ")
	}
	return s.showNewProperty(w, r, http.StatusOK, v)
}

func (s *Server) showNewProperty(w http.ResponseWriter, r *http.Request, status int, v newPropertyView) error {
	v.Title = v.Say("console.property.add")
	return s.show(w, r, status, "new_property.html", v)
}

// addProperty brings a form with a mistake back with everything that was typed.
func (s *Server) addProperty(w http.ResponseWriter, r *http.Request, o *own) error {
	v := newPropertyView{
		shell: o.shell("properties"), Name: r.PostFormValue("name"),
		Zone: strings.TrimSpace(r.PostFormValue("zone")), Langs: r.PostFormValue("languages"),
	}
	p, did, err := s.office.AddProperty(r.Context(), o.Actor, doorlink.Property{
		Name: v.Name, Zone: v.Zone, Languages: strings.Fields(v.Langs),
	})
	if e, ok := errors.AsType[*doorlink.Error](err); ok && e.Kind == doorlink.Invalid {
		v.Wrong = page.Sentence(o.lang, e, nil)
		return s.showNewProperty(w, r, http.StatusBadRequest, v)
	}
	if err != nil {
		return err
	}
	first := &url.URL{Path: root + string(p.ID) + "/overview"}
	http.Redirect(w, r, saying(first, did), http.StatusSeeOther)
	return nil
}
