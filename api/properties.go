package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"time"

	"doorlink"
	"doorlink/office"
)

// Property is a building with its settings, as programs read it.
type Property struct {
	ID          doorlink.PropertyID `json:"id"`
	Name        string              `json:"name"`
	Zone        string              `json:"time_zone" doc:"IANA name; days and hours are this zone's"`
	Names       doorlink.NameFormat `json:"names" enum:"full,first_initial,initials,unit" doc:"How residents appear to visitors"`
	SearchFirst bool                `json:"search_first" doc:"Visitors search before they see a list"`
	Notice      string              `json:"notice" doc:"A line for every visitor"`
	Quiet       *Span               `json:"quiet_hours,omitempty" doc:"In which visitors are asked to call only if they are expected; missing: none"`
	Languages   []string            `json:"languages" doc:"Of the printed panel, the main one first"`
	Digits      int                 `json:"doorcode_digits" doc:"Of doorcodes; locks that were activated before are out of sync until they are set up anew"`
	Look        int                 `json:"look_at_panels_days" doc:"After so many days managers are reminded to look whether a panel is covered; 0: never"`
	Kept        Kept                `json:"days_kept" doc:"How long records are kept"`
	CountsOnly  bool                `json:"counts_only" doc:"Managers see that calls were placed, and not whom they were for"`
	HookNames   bool                `json:"webhook_names" doc:"Webhooks carry names beside IDs"`
}

// Kept is for how many days records of each kind are kept.
type Kept struct {
	Calls  int `json:"calls"`
	Codes  int `json:"doorcodes"`
	SignIn int `json:"sign_ins"`
}

func propertyOf(p doorlink.Property) Property {
	w := Property{
		ID: p.ID, Name: p.Name, Zone: p.Zone, Names: p.Names, SearchFirst: p.SearchFirst, Notice: p.Notice,
		Languages: append([]string{}, p.Languages...), Digits: cmp.Or(p.Digits, doorlink.DefaultDigits),
		Kept:       Kept{daysKept(p, doorlink.CallRecord), daysKept(p, doorlink.CodeRecord), daysKept(p, doorlink.SignRecord)},
		CountsOnly: p.CountsOnly, HookNames: p.HookNames, Quiet: spanOf(p.Quiet),
		Look: max(0, cmp.Or(p.Look, doorlink.DefaultLook)),
	}
	if w.Names == "" {
		w.Names = doorlink.DefaultNames
	}
	return w
}

func daysKept(p doorlink.Property, k doorlink.RecordKind) int {
	return int(p.Keeps(k) / (24 * time.Hour))
}

// Named is something in short: what it is called, and its ID to ask for more.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (s *Server) registerProperties() {
	everywhere(s, http.MethodGet, "/properties", says("listProperties", "The properties the token works at", doorlink.See), s.properties)
	everywhere(s, http.MethodPost, "/properties", says("addProperty", "Adds a property with a key for its residents, which opens nothing yet", doorlink.Govern), s.addProperty)
	at(s, http.MethodGet, "", says("readProperty", "One property", doorlink.See), property)
	at(s, http.MethodPatch, "", says("changeProperty", "Changes the settings", doorlink.Settings), s.changeProperty)
	at(s, http.MethodPost, "/deeds/{deed}/undo", says("undo", "Takes back a change of the last 24 hours", doorlink.See), undo)
}

func (s *Server) properties(ctx context.Context, in *Listing) (*listed[Property], error) {
	p, err := s.office.FindProperties(ctx, askedBy(ctx).Actor, in.query(nil))
	return pageOf(ctx, p, propertyOf), err
}

// PropertyWish is a property to be added.
type PropertyWish struct {
	Name      string   `json:"name" maxLength:"400"`
	Zone      string   `json:"time_zone" maxLength:"64" doc:"IANA name, as in Europe/Berlin"`
	Languages []string `json:"languages,omitempty" maxItems:"20" doc:"Of the printed panel, the main one first"`
}

type addPropertyInput struct {
	Again
	Body PropertyWish
}

func (s *Server) addProperty(ctx context.Context, in *addPropertyInput) (*made[Property], error) {
	wish := doorlink.Property{Name: in.Body.Name, Zone: in.Body.Zone, Languages: in.Body.Languages}
	p, r, err := s.office.AddProperty(ctx, askedBy(ctx).Actor, wish)
	return madeOf(ctx, string(p.ID), &one[Property]{etag(doorlink.Row{Property: &p}.Tag()), deed(r), propertyOf(p)}, err)
}

func property(_ context.Context, d *office.Desk, _ *Here) (*one[Property], error) {
	return &one[Property]{ETag: etag(d.Tag()), Body: propertyOf(d.Property)}, nil
}

// PropertyPatch is what can be changed of a property.
type PropertyPatch struct {
	Name        Edit[string]              `json:"name,omitzero"`
	Zone        Edit[string]              `json:"time_zone,omitzero"`
	Names       Edit[doorlink.NameFormat] `json:"names,omitzero" enum:"full,first_initial,initials,unit"`
	SearchFirst Edit[bool]                `json:"search_first,omitzero"`
	Notice      Clear[string]             `json:"notice,omitzero"`
	Quiet       Clear[Span]               `json:"quiet_hours,omitzero"`
	Languages   Clear[[]string]           `json:"languages,omitzero"`
	Digits      Edit[int]                 `json:"doorcode_digits,omitzero"`
	Look        Edit[int]                 `json:"look_at_panels_days,omitzero" doc:"0: never"`
	Kept        KeptPatch                 `json:"days_kept,omitzero"`
	CountsOnly  Edit[bool]                `json:"counts_only,omitzero"`
	HookNames   Edit[bool]                `json:"webhook_names,omitzero"`
}

// KeptPatch is what can be changed of how long records are kept; null is as long
// as is usual.
type KeptPatch struct {
	Calls  Clear[int] `json:"calls,omitzero"`
	Codes  Clear[int] `json:"doorcodes,omitzero"`
	SignIn Clear[int] `json:"sign_ins,omitzero"`
}

// over writes the days over what was.
func (k KeptPatch) over(was map[doorlink.RecordKind]int) map[doorlink.RecordKind]int {
	next := map[doorlink.RecordKind]int{}
	maps.Copy(next, was)
	for kind, days := range map[doorlink.RecordKind]Clear[int]{
		doorlink.CallRecord: k.Calls, doorlink.CodeRecord: k.Codes, doorlink.SignRecord: k.SignIn,
	} {
		switch {
		case days.null:
			delete(next, kind)
		case days.named:
			next[kind] = days.to
		}
	}
	return next
}

type changePropertyInput struct {
	Here
	Match
	Body PropertyPatch
}

func (s *Server) changeProperty(ctx context.Context, d *office.Desk, in *changePropertyInput) (*one[Property], error) {
	if err := in.match(d.Tag(), propertyOf(d.Property)); err != nil {
		return nil, err
	}
	p, b := d.Property, in.Body
	p.Names = cmp.Or(p.Names, doorlink.DefaultNames)
	b.Name.over(&p.Name)
	b.Zone.over(&p.Zone)
	b.Names.over(&p.Names)
	b.SearchFirst.over(&p.SearchFirst)
	b.Notice.over(&p.Notice)
	if b.Quiet.named {
		p.Quiet = doorlink.Hours{From: minutes(b.Quiet.to.From), To: minutes(b.Quiet.to.To)}
	}
	b.Languages.over(&p.Languages)
	b.Digits.over(&p.Digits)
	b.CountsOnly.over(&p.CountsOnly)
	b.HookNames.over(&p.HookNames)
	if days := b.Look.to; b.Look.named {
		p.Look = days
		switch {
		case days == 0:
			p.Look = doorlink.NoLook
		case days < 0:
			p.Look = doorlink.MaxLook + 1 // which no property takes
		}
	}
	p.Kept = b.Kept.over(p.Kept)
	r, err := d.SetProperty(ctx, p, d.Tag())
	if err != nil {
		return nil, err
	}
	now, err := s.office.At(ctx, d.Actor, p.ID)
	if err != nil {
		return nil, err
	}
	return &one[Property]{etag(now.Tag()), deed(r), propertyOf(now.Property)}, nil
}

type undoInput struct {
	Here
	Again
	Deed int64 `path:"deed" minimum:"1" doc:"The number in the Doorlink-Deed of the change"`
}

func undo(ctx context.Context, d *office.Desk, in *undoInput) (*gone, error) {
	r, err := d.Undo(ctx, in.Deed)
	return &gone{deed(r)}, err
}
