package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"doorlink"
	"doorlink/office"
	"doorlink/store"
)

// Here is the property at which something is asked.
type Here struct {
	Property doorlink.PropertyID `path:"property" doc:"prop_…"`
}

func (h Here) where() doorlink.PropertyID { return h.Property }

// placed is a pointer to the input of something asked at a property.
type placed[I any] interface {
	*I
	where() doorlink.PropertyID
}

// The answers that changes and single things have.
type (
	one[T any] struct {
		ETag string `header:"ETag" doc:"For If-Match"`
		Deed string `header:"Doorlink-Deed" doc:"After a change: its entry in the audit, with ;undoable if it can be undone"`
		Body T
	}
	made[T any] struct {
		ETag     string `header:"ETag" doc:"For If-Match"`
		Deed     string `header:"Doorlink-Deed" doc:"Its entry in the audit, with ;undoable if it can be undone"`
		Location string `header:"Location" doc:"Where it is"`
		Body     T
	}
	gone struct {
		Deed string `header:"Doorlink-Deed" doc:"Its entry in the audit, with ;undoable if it can be undone"`
	}
)

func (made[T]) status() int { return http.StatusCreated }

// Again lets a request come again without doing more: see Server.once.
type Again struct {
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"Chosen by the program: within 24 hours the same request with the same key gets the first answer again"`
}

// madeOf is the answer with something new, that was read after it was made under
// the path of the list it was added to.
func madeOf[T any](ctx context.Context, id string, o *one[T], err error) (*made[T], error) {
	if err != nil {
		return nil, err
	}
	return &made[T]{o.ETag, o.Deed, askedBy(ctx).url.Path + "/" + id, o.Body}, nil
}

// about describes an operation: its name for programs and for people, and the
// abilities that it needs, all of them.
type about struct {
	id, summary string
	needs       []doorlink.Ability
	body        int64 // bytes that its request may say; 0: maxBody
}

func says(id, summary string, needs ...doorlink.Ability) about {
	return about{id: id, summary: summary, needs: needs}
}

// listNeeds is what the description says of them.
func (a about) listNeeds() string {
	if len(a.needs) == 1 {
		return "Needs the ability " + string(a.needs[0]) + "."
	}
	names := words(a.needs, func(n doorlink.Ability) string { return string(n) })
	return "Needs the abilities " + strings.Join(names, " and ") + "."
}

// allows fails unless the asker may do it at a desk. The office asks again; here
// it comes before anything is looked at.
func (a about) allows(d *office.Desk) error {
	for _, n := range a.needs {
		if !d.May(n) {
			return office.ErrMayNot.With("ability", string(n))
		}
	}
	return nil
}

// at registers something that is done at a property. path follows the
// property's.
func at[I, O any, P placed[I]](s *Server, method, path string, op about, h func(context.Context, *office.Desk, P) (*O, error)) {
	everywhere(s, method, "/properties/{property}"+path, op, func(ctx context.Context, in *I) (*O, error) {
		id := P(in).where()
		if !isID(string(id)) {
			return nil, store.ErrNoProperty
		}
		d, err := s.office.At(ctx, askedBy(ctx).Actor, id)
		if err != nil {
			return nil, err
		}
		if err := op.allows(d); err != nil {
			return nil, err
		}
		out, err := h(ctx, d, in)
		if doorlink.KindOf(err) == doorlink.NotFound {
			d.Missed(ctx, strings.Join(textsIn(nil, reflect.ValueOf(in)), " "))
		}
		return out, err
	})
}

// textsIn adds all texts in an input, however deep they stand.
func textsIn(texts []string, v reflect.Value) []string {
	switch v.Kind() {
	case reflect.String:
		return append(texts, v.String())
	case reflect.Pointer, reflect.Interface:
		return textsIn(texts, v.Elem()) // of nil: nothing
	case reflect.Struct:
		for _, field := range v.Fields() {
			texts = textsIn(texts, field)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			texts = textsIn(texts, v.Index(i))
		}
	case reflect.Map:
		for key, one := range v.Seq2() {
			texts = textsIn(textsIn(texts, key), one)
		}
	}
	return texts
}

var shape = regexp.MustCompile(`^[a-z]+_[0-9a-z]{1,40}$`)

// isID tells what can be an ID from texts that no database need be asked about.
func isID(text string) bool { return shape.MatchString(text) }

// everywhere registers something that is done at no property, or at several.
func everywhere[I, O any](s *Server, method, path string, op about, h func(context.Context, *I) (*O, error)) {
	huma.Register(s.huma, huma.Operation{
		Method: method, Path: path, OperationID: op.id, Summary: op.summary, Description: op.listNeeds(), Tags: []string{tag(path)},
		MaxBodyBytes: cmp.Or(op.body, maxBody), BodyReadTimeout: patience, DefaultStatus: statusFor[O](), Responses: contentOf[O](),
	}, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		if _, ok := any(in).(conditional); ok && errors.Is(err, doorlink.ErrChanged) {
			if _, told := errors.AsType[*Problem](err); !told {
				err = stale("", nil) // somebody was faster by a moment
			}
		}
		return nil, s.problem(err, op.id)
	})
}

// statusFor is the status of an answer that is not huma's choice.
func statusFor[O any]() int {
	var out O
	if c, ok := any(out).(interface{ status() int }); ok {
		return c.status()
	}
	return 0
}

// contentOf describes an answer that is not JSON.
func contentOf[O any]() map[string]*huma.Response {
	var out O
	if c, ok := any(out).(interface {
		content() map[string]*huma.MediaType
	}); ok {
		return map[string]*huma.Response{"200": {Description: "The file", Content: c.content()}}
	}
	return nil
}

// tag groups operations by what they are about.
func tag(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if len(parts) > 2 {
		return parts[2]
	}
	return parts[0]
}
